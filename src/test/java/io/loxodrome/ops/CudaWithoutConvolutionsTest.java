package io.loxodrome.ops;

/** The CUDA device's convolutions where no library has any: as products of mixed weights. */
class CudaWithoutConvolutionsTest extends ConvolutionSuite {
  CudaWithoutConvolutionsTest() {
    super("ptx:products", 1e-5);
  }
}
