package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.MatrixProduct;

/**
 * A product of row-major matrices as BLAS takes it, column-major.
 *
 * <p>What is C row by row is C^T column by column, and C^T = op(B)^T op(A)^T: so the two sides
 * change places, each transposed where it was, and nothing moves in memory.
 *
 * @param rows of C^T
 * @param columns of C^T
 * @param inner terms of each sum
 * @param first the product's right side
 * @param second the product's left side
 * @param result the product's result
 */
record ColumnMajorProduct(
    int batch, int rows, int columns, int inner, Side first, Side second, Side result) {

  /**
   * Where the matrices of one side lie.
   *
   * @param transposed whether op transposes what is stored
   * @param leadingDimension elements from one stored column to the next
   * @param batchStride elements from one matrix to the next
   */
  record Side(boolean transposed, int leadingDimension, long batchStride) {
    private static Side of(MatrixProduct.Factor factor) {
      return new Side(factor.transposed(), factor.rowStride(), factor.batchStride());
    }
  }

  static ColumnMajorProduct of(MatrixProduct product) {
    return new ColumnMajorProduct(
        product.batch(),
        /* rows= */ product.columns(),
        /* columns= */ product.rows(),
        product.inner(),
        Side.of(product.right()),
        Side.of(product.left()),
        Side.of(product.result()));
  }
}
