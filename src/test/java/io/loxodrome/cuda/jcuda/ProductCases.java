package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MatrixProduct.Factor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Products of row-major matrices in the obvious loops, and shapes to try them with. */
final class ProductCases {
  private static final int ROWS = 3;
  private static final int COLUMNS = 4;
  private static final int INNER = 5;

  private ProductCases() {}

  /** Every way to lay out a product: both sides plain or transposed, shared, with gaps, added. */
  static List<MatrixProduct> all() {
    List<MatrixProduct> products = new ArrayList<>();
    for (int ways = 0; ways < 128; ways++) {
      int batch = bit(ways, 0) ? 3 : 1;
      int gap = bit(ways, 1) ? 2 : 0;
      boolean left = bit(ways, 2);
      boolean right = bit(ways, 3);
      long leftStride = bit(ways, 4) ? 0 : 50;
      long rightStride = bit(ways, 5) ? 0 : 60;
      products.add(
          new MatrixProduct(
              batch,
              ROWS,
              COLUMNS,
              INNER,
              new Factor(left, (left ? ROWS : INNER) + gap, leftStride),
              new Factor(right, (right ? INNER : COLUMNS) + gap, rightStride),
              Factor.plain(COLUMNS + gap, 70),
              bit(ways, 6)));
    }
    return products;
  }

  private static boolean bit(int bits, int index) {
    return (bits >> index & 1) == 1;
  }

  /** Small whole numbers, so that every sum is exact. */
  static float[] numbers(int count, long seed) {
    Random random = new Random(seed);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextInt(17) - 8;
    }
    return numbers;
  }

  /** C_i = op(A_i) op(B_i), or C_i + op(A_i) op(B_i). */
  static void multiply(MatrixProduct product, float[] left, float[] right, float[] result) {
    for (int i = 0; i < product.batch(); i++) {
      for (int row = 0; row < product.rows(); row++) {
        for (int column = 0; column < product.columns(); column++) {
          float sum = 0;
          for (int k = 0; k < product.inner(); k++) {
            sum +=
                left[index(product.left(), i, row, k)]
                    * right[index(product.right(), i, k, column)];
          }
          int at = index(product.result(), i, row, column);
          result[at] = product.accumulate() ? result[at] + sum : sum;
        }
      }
    }
  }

  private static int index(Factor factor, int i, int row, int column) {
    int storedRow = factor.transposed() ? column : row;
    int storedColumn = factor.transposed() ? row : column;
    return Math.toIntExact(
        i * factor.batchStride() + (long) storedRow * factor.rowStride() + storedColumn);
  }
}
