package io.loxodrome.optim;

/** The little linear algebra that these tests need, written down plainly. */
final class Matrices {
  private Matrices() {}

  static double[][] identity(int n) {
    double[][] result = new double[n][n];
    for (int i = 0; i < n; i++) {
      result[i][i] = 1;
    }
    return result;
  }

  static double[][] transpose(double[][] m) {
    double[][] result = new double[m[0].length][m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m[0].length; j++) {
        result[j][i] = m[i][j];
      }
    }
    return result;
  }

  static double[][] product(double[][] a, double[][] b) {
    double[][] result = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          result[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return result;
  }

  static double[] apply(double[][] m, double[] x) {
    double[] result = new double[m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < x.length; j++) {
        result[i] += m[i][j] * x[j];
      }
    }
    return result;
  }

  /** x^T m x. */
  static double quadratic(double[][] m, double[] x) {
    double[] mx = apply(m, x);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * mx[i];
    }
    return sum;
  }

  /** Solves m X = y for the n x p matrix X, y row-major, by Gauss and Jordan with pivoting. */
  static double[] solve(double[][] m, double[] y) {
    int n = m.length;
    int p = y.length / n;
    double[][] rows = new double[n][n + p];
    for (int i = 0; i < n; i++) {
      System.arraycopy(m[i], 0, rows[i], 0, n);
      System.arraycopy(y, i * p, rows[i], n, p);
    }
    for (int column = 0; column < n; column++) {
      swapLargestUp(rows, column);
      for (int i = 0; i < n; i++) {
        double factor = i == column ? 0 : rows[i][column] / rows[column][column];
        for (int j = column; j < n + p; j++) {
          rows[i][j] -= factor * rows[column][j];
        }
      }
    }
    double[] x = new double[y.length];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < p; j++) {
        x[i * p + j] = rows[i][n + j] / rows[i][i];
      }
    }
    return x;
  }

  private static void swapLargestUp(double[][] rows, int column) {
    int largest = column;
    for (int i = column + 1; i < rows.length; i++) {
      if (Math.abs(rows[i][column]) > Math.abs(rows[largest][column])) {
        largest = i;
      }
    }
    double[] row = rows[column];
    rows[column] = rows[largest];
    rows[largest] = row;
  }

  /** Column {@code column} of the n x p matrix that {@code values} holds row by row. */
  static double[] column(double[] values, int n, int column) {
    int p = values.length / n;
    double[] result = new double[n];
    for (int k = 0; k < n; k++) {
      result[k] = values[k * p + column];
    }
    return result;
  }
}
