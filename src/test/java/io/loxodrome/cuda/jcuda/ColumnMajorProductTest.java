package io.loxodrome.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MatrixProduct.Factor;
import io.loxodrome.cuda.jcuda.ColumnMajorProduct.Side;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ColumnMajorProductTest {
  /** As BLAS defines gemm: C = op(A) op(B), column after column. */
  private static void blas(ColumnMajorProduct product, float[] a, float[] b, float[] c) {
    Side first = product.first();
    Side second = product.second();
    for (int i = 0; i < product.batch(); i++) {
      for (int row = 0; row < product.rows(); row++) {
        for (int column = 0; column < product.columns(); column++) {
          double sum = 0;
          for (int k = 0; k < product.inner(); k++) {
            sum += (double) element(a, first, i, row, k) * element(b, second, i, k, column);
          }
          c[index(product.result(), i, row, column)] = (float) sum;
        }
      }
    }
  }

  private static float element(float[] matrices, Side side, int i, int row, int column) {
    return matrices[side.transposed() ? index(side, i, column, row) : index(side, i, row, column)];
  }

  private static int index(Side side, int i, int row, int column) {
    return Math.toIntExact(i * side.batchStride() + (long) column * side.leadingDimension() + row);
  }

  @Property
  void columnMajorArithmeticGivesTheRowMajorProduct(
      @ForAll @IntRange(min = 1, max = 4) int rows,
      @ForAll @IntRange(min = 1, max = 4) int columns,
      @ForAll @IntRange(min = 1, max = 4) int inner,
      @ForAll @IntRange(min = 1, max = 3) int batch,
      @ForAll @IntRange(max = 2) int gap,
      @ForAll boolean leftTransposed,
      @ForAll boolean rightTransposed,
      @ForAll boolean sharedLeft,
      @ForAll boolean sharedRight) {
    MatrixProduct product =
        new MatrixProduct(
            batch,
            rows,
            columns,
            inner,
            new Factor(leftTransposed, (leftTransposed ? rows : inner) + gap, sharedLeft ? 0 : 60),
            new Factor(
                rightTransposed, (rightTransposed ? inner : columns) + gap, sharedRight ? 0 : 70),
            Factor.plain(columns + gap, 80),
            false);
    float[] left = ProductCases.numbers(200, 1);
    float[] right = ProductCases.numbers(220, 2);
    float[] found = ProductCases.numbers(250, 3);
    float[] expected = found.clone();
    blas(ColumnMajorProduct.of(product), right, left, found);
    ProductCases.multiply(product, left, right, expected);
    assertThat(found).containsExactly(expected);
  }
}
