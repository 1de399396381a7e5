package io.loxodrome.riemann;

/** Small dense matrices as the formulas write them. */
final class Dense {
  private Dense() {}

  /** A^-1 b by Gauss's elimination with the largest pivots. */
  static double[] solve(double[][] matrix, double[] right) {
    int n = right.length;
    double[][] a = new double[n][];
    double[] x = right.clone();
    for (int i = 0; i < n; i++) {
      a[i] = matrix[i].clone();
    }
    for (int c = 0; c < n; c++) {
      int pivot = c;
      for (int i = c + 1; i < n; i++) {
        pivot = Math.abs(a[i][c]) > Math.abs(a[pivot][c]) ? i : pivot;
      }
      double[] row = a[pivot];
      a[pivot] = a[c];
      a[c] = row;
      double value = x[pivot];
      x[pivot] = x[c];
      x[c] = value;
      for (int i = c + 1; i < n; i++) {
        double factor = a[i][c] / a[c][c];
        for (int j = c; j < n; j++) {
          a[i][j] -= factor * a[c][j];
        }
        x[i] -= factor * x[c];
      }
    }
    for (int i = n - 1; i >= 0; i--) {
      for (int j = i + 1; j < n; j++) {
        x[i] -= a[i][j] * x[j];
      }
      x[i] /= a[i][i];
    }
    return x;
  }

  /** |a - b| / |b|. */
  static double relativeError(double[] a, double[] b) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < b.length; i++) {
      difference += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
    return Math.sqrt(difference / norm);
  }
}
