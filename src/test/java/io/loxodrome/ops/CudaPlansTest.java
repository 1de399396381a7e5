package io.loxodrome.ops;

import org.junit.jupiter.api.Nested;

/** The CUDA device, its kernels on the executor of PTX, by each plan in turn. */
class CudaPlansTest {
  private static final double BOUND = 1e-5;

  @Nested
  class LinearByOutputs extends LinearSuite {
    LinearByOutputs() {
      super("ptx:outputs", BOUND);
    }
  }

  @Nested
  class LinearByInputs extends LinearSuite {
    LinearByInputs() {
      super("ptx:inputs", BOUND);
    }
  }

  @Nested
  class LinearByWeights extends LinearSuite {
    LinearByWeights() {
      super("ptx:products:weights", BOUND);
    }
  }

  @Nested
  class LinearBySpans extends LinearSuite {
    LinearBySpans() {
      super("ptx:spans", BOUND);
    }
  }

  @Nested
  class LinearByShared extends LinearSuite {
    LinearByShared() {
      super("ptx:products:shared", BOUND);
    }
  }

  @Nested
  class ConvolutionByOutputs extends ConvolutionSuite {
    ConvolutionByOutputs() {
      super("ptx:outputs", BOUND);
    }
  }

  @Nested
  class ConvolutionByInputs extends ConvolutionSuite {
    ConvolutionByInputs() {
      super("ptx:inputs", BOUND);
    }
  }

  @Nested
  class ConvolutionByWeights extends ConvolutionSuite {
    ConvolutionByWeights() {
      super("ptx:weights", BOUND);
    }
  }

  @Nested
  class ConvolutionBySpans extends ConvolutionSuite {
    ConvolutionBySpans() {
      super("ptx:spans", BOUND);
    }
  }

  @Nested
  class ConvolutionByShared extends ConvolutionSuite {
    ConvolutionByShared() {
      super("ptx:products:shared", BOUND);
    }
  }
}
