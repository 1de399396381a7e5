package io.loxodrome.manifold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.Arrays;

/** Plain dense algebra and comparisons for tests. */
final class Matrices {
  private Matrices() {}

  static double[][] multiply(double[][] x, double[][] y) {
    double[][] product = new double[x.length][y[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < y[0].length; j++) {
        for (int k = 0; k < y.length; k++) {
          product[i][j] += x[i][k] * y[k][j];
        }
      }
    }
    return product;
  }

  static double[] multiply(double[][] x, double[] y) {
    double[] product = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      for (int k = 0; k < y.length; k++) {
        product[i] += x[i][k] * y[k];
      }
    }
    return product;
  }

  static double[][] transpose(double[][] x) {
    double[][] transposed = new double[x[0].length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[0].length; j++) {
        transposed[j][i] = x[i][j];
      }
    }
    return transposed;
  }

  /** The identity, with a zero for every frozen basis point. */
  static double[][] freeIdentity(WeightManifold manifold) {
    double[][] identity = new double[manifold.basisSize()][manifold.basisSize()];
    for (int k = 0; k < identity.length; k++) {
      identity[k][k] = manifold.frozen(k) ? 0 : 1;
    }
    return identity;
  }

  /** Returns x with the rows and columns of frozen basis points set to zero. */
  static double[][] restrict(WeightManifold manifold, double[][] x) {
    double[][] free = freeIdentity(manifold);
    return multiply(free, multiply(x, free));
  }

  /** Gauss-Jordan with partial pivoting: an inverse that shares nothing with Cholesky. */
  static double[][] invert(double[][] matrix) {
    int n = matrix.length;
    double[][] work = new double[n][2 * n];
    for (int i = 0; i < n; i++) {
      System.arraycopy(matrix[i], 0, work[i], 0, n);
      work[i][n + i] = 1;
    }
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int i = column; i < n; i++) {
        pivot = Math.abs(work[i][column]) > Math.abs(work[pivot][column]) ? i : pivot;
      }
      double[] row = work[pivot];
      work[pivot] = work[column];
      work[column] = row;
      double scale = row[column];
      for (int j = 0; j < 2 * n; j++) {
        row[j] /= scale;
      }
      for (int i = 0; i < n; i++) {
        double factor = i == column ? 0 : work[i][column];
        for (int j = 0; j < 2 * n; j++) {
          work[i][j] -= factor * row[j];
        }
      }
    }
    double[][] inverse = new double[n][];
    for (int i = 0; i < n; i++) {
      inverse[i] = Arrays.copyOfRange(work[i], n, 2 * n);
    }
    return inverse;
  }

  static void assertClose(double[][] actual, double[][] expected, double tolerance) {
    assertThat(actual).hasDimensions(expected.length, expected[0].length);
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected[0].length; j++) {
        assertThat(actual[i][j])
            .as("entry (%d, %d)", i, j)
            .isCloseTo(expected[i][j], offset(tolerance));
      }
    }
  }

  static void assertClose(double[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("entry %d", i).isCloseTo(expected[i], offset(tolerance));
    }
  }

  static double largest(double[][] x) {
    double largest = 0;
    for (double[] row : x) {
      for (double value : row) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }
}
