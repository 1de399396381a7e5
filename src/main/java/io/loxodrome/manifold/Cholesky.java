package io.loxodrome.manifold;

/** Dense Cholesky factorisation A = R^T R and solves with the upper triangular factor R. */
final class Cholesky {
  private Cholesky() {}

  /**
   * Replaces the upper triangle of a symmetric matrix by R and its lower one by zeros.
   *
   * @return false, with the matrix left half done, if it is not positive definite
   */
  static boolean factorise(double[][] a) {
    int n = a.length;
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < i; k++) {
        for (int j = i; j < n; j++) {
          a[i][j] -= a[k][i] * a[k][j];
        }
        a[i][k] = 0;
      }
      if (!(a[i][i] > 0)) {
        return false;
      }
      double pivot = Math.sqrt(a[i][i]);
      for (int j = i; j < n; j++) {
        a[i][j] /= pivot;
      }
    }
    return true;
  }

  /** Replaces x by R^-T x. */
  static void forward(double[][] r, double[] x) {
    for (int i = 0; i < x.length; i++) {
      for (int k = 0; k < i; k++) {
        x[i] -= r[k][i] * x[k];
      }
      x[i] /= r[i][i];
    }
  }

  /** Replaces x by R^-1 x. */
  static void backward(double[][] r, double[] x) {
    for (int i = x.length - 1; i >= 0; i--) {
      for (int k = i + 1; k < x.length; k++) {
        x[i] -= r[i][k] * x[k];
      }
      x[i] /= r[i][i];
    }
  }

  /** Returns the inverse of R; a row of R with a zero diagonal is taken as absent and stays 0. */
  static double[][] invertUpper(double[][] r) {
    int n = r.length;
    double[][] inverse = new double[n][n];
    for (int j = 0; j < n; j++) {
      if (r[j][j] == 0) {
        continue;
      }
      inverse[j][j] = 1 / r[j][j];
      for (int i = j - 1; i >= 0; i--) {
        double sum = 0;
        for (int k = i + 1; k <= j; k++) {
          sum += r[i][k] * inverse[k][j];
        }
        inverse[i][j] = r[i][i] == 0 ? 0 : -sum / r[i][i];
      }
    }
    return inverse;
  }

  static double[][] copy(double[][] a) {
    double[][] copy = new double[a.length][];
    for (int i = 0; i < a.length; i++) {
      copy[i] = a[i].clone();
    }
    return copy;
  }
}
