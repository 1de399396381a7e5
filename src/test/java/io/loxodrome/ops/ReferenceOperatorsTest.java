package io.loxodrome.ops;

import org.junit.jupiter.api.Nested;

/** The reference on float32 tensors: double arithmetic, rounded once. */
class ReferenceOperatorsTest extends OperatorSuite {
  ReferenceOperatorsTest() {
    super("reference", 1e-6);
  }

  @Nested
  class LayerwiseMetric extends MetricSuite {
    LayerwiseMetric() {
      super("reference", 1e-6);
    }
  }
}
