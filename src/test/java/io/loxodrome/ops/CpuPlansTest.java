package io.loxodrome.ops;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;

/** Every plan of the CPU device, forced. */
@EnabledIf("isBuiltIn")
class CpuPlansTest {
  private static final double BOUND = 1e-5;

  static boolean isBuiltIn() {
    return CpuOperatorsTest.isBuiltIn();
  }

  @Nested
  class LinearByOutputs extends LinearPlanSuite {
    LinearByOutputs() {
      super("cpu:outputs", BOUND);
    }
  }

  @Nested
  class LinearByInputs extends LinearPlanSuite {
    LinearByInputs() {
      super("cpu:inputs", BOUND);
    }
  }

  @Nested
  class LinearByWeights extends LinearPlanSuite {
    LinearByWeights() {
      super("cpu:weights", BOUND);
    }
  }

  @Nested
  class LinearBySpans extends LinearPlanSuite {
    LinearBySpans() {
      super("cpu:spans", BOUND);
    }
  }

  @Nested
  class LinearByShared extends LinearPlanSuite {
    LinearByShared() {
      super("cpu:shared", BOUND);
    }
  }

  @Nested
  class ConvolutionByOutputs extends ConvolutionPlanSuite {
    ConvolutionByOutputs() {
      super("cpu:outputs", BOUND);
    }
  }

  @Nested
  class ConvolutionByInputs extends ConvolutionPlanSuite {
    ConvolutionByInputs() {
      super("cpu:inputs", BOUND);
    }
  }

  @Nested
  class ConvolutionByWeights extends ConvolutionPlanSuite {
    ConvolutionByWeights() {
      super("cpu:weights", BOUND);
    }
  }

  @Nested
  class ConvolutionBySpans extends ConvolutionPlanSuite {
    ConvolutionBySpans() {
      super("cpu:spans", BOUND);
    }
  }

  @Nested
  class ConvolutionByShared extends ConvolutionPlanSuite {
    ConvolutionByShared() {
      super("cpu:shared", BOUND);
    }
  }
}
