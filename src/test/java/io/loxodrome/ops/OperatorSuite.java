package io.loxodrome.ops;

import org.junit.jupiter.api.Nested;

/**
 * Everything a device must do, held against the reference in float64; one subclass per device.
 *
 * <p>The families' suites are classes of their own, so that each can be read, and run, alone.
 */
abstract class OperatorSuite {
  private final String device;
  private final double bound;

  /** Tests the device of that name; its results are within {@code bound}, relative. */
  OperatorSuite(String device, double bound) {
    this.device = device;
    this.bound = bound;
  }

  @Nested
  class Mixing extends MixingSuite {
    Mixing() {
      super(device, bound);
    }
  }

  @Nested
  class LinearLayers extends LinearSuite {
    LinearLayers() {
      super(device, bound);
    }
  }

  @Nested
  class ConvolutionLayers extends ConvolutionSuite {
    ConvolutionLayers() {
      super(device, bound);
    }
  }

  @Nested
  class PoolingLayers extends PoolingSuite {
    PoolingLayers() {
      super(device, bound);
    }
  }

  @Nested
  class NormalizationLayers extends NormalizationSuite {
    NormalizationLayers() {
      super(device, bound);
    }
  }

  @Nested
  class Elementwise extends ElementwiseSuite {
    Elementwise() {
      super(device, bound);
    }
  }

  @Nested
  class Losses extends LossSuite {
    Losses() {
      super(device, bound);
    }
  }

  @Nested
  class Updates extends UpdateSuite {
    Updates() {
      super(device, bound);
    }
  }

  @Nested
  class LayerwiseMetric extends MetricSuite {
    LayerwiseMetric() {
      super(device, bound);
    }
  }

  @Nested
  class ImagesToInputs extends ImageSuite {
    ImagesToInputs() {
      super(device, bound);
    }
  }

  @Nested
  class Refusals extends RefusalSuite {
    Refusals() {
      super(device, bound);
    }
  }
}
