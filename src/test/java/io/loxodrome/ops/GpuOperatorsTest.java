package io.loxodrome.ops;

import org.junit.jupiter.api.Tag;

/** The CUDA device on a GPU. */
@Tag("gpu")
class GpuOperatorsTest extends OperatorSuite {
  GpuOperatorsTest() {
    super("cuda", 1e-5);
  }
}
