package io.loxodrome.ops;

/** The CUDA device, its kernels on the executor of PTX. */
class CudaOperatorsTest extends OperatorSuite {
  CudaOperatorsTest() {
    super("ptx", 1e-5);
  }
}
