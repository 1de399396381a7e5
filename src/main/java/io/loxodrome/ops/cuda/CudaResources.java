package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Convolutions;
import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.Kernels;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MatrixProducts;
import io.loxodrome.cuda.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the operators of one device share; all work goes to one stream.
 *
 * @param convolutions null where there is no library for them: products carry them then
 * @param ones numbers that are all 1
 * @param mostTileBytes what images may take that are unfolded at a time, and weights that are mixed
 */
record CudaResources(
    Driver driver,
    Stream stream,
    Kernels kernels,
    MatrixProducts products,
    @Nullable Convolutions convolutions,
    DeviceMemory memory,
    Ones ones,
    long mostTileBytes) {
  /** C (+)= A B, by addresses. */
  void multiply(MatrixProduct product, long a, long b, long c) {
    products.multiply(product, a, b, c, stream);
  }
}
