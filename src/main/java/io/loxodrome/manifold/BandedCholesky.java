package io.loxodrome.manifold;

/**
 * Cholesky factorisation A = R^T R of a symmetric matrix with {@value #HALF_BANDWIDTH} diagonals on
 * either side of the main one, in O(n).
 *
 * <p>Matrix and factor are stored by rows of their upper triangles, {@value #STRIDE} entries a row:
 * entry (i, i + d) at {@code STRIDE * i + d}, 0 beyond the last column.
 */
final class BandedCholesky {
  static final int HALF_BANDWIDTH = 3;
  static final int STRIDE = HALF_BANDWIDTH + 1;

  private final double[] rows;

  private BandedCholesky(double[] rows) {
    this.rows = rows;
  }

  /** Factorises a matrix that is positive definite by construction. */
  static BandedCholesky of(double[] matrix) {
    double[] rows = matrix.clone();
    if (!factorise(rows)) {
      throw new IllegalArgumentException("the banded matrix is not positive definite");
    }
    return new BandedCholesky(rows);
  }

  /**
   * Returns whether {@code scale A + shift I} is positive definite, which bounds A's eigenvalues
   * from one side.
   */
  static boolean positiveDefinite(double[] matrix, double scale, double shift) {
    double[] rows = matrix.clone();
    for (int i = 0; i < rows.length; i++) {
      rows[i] = scale * rows[i] + (i % STRIDE == 0 ? shift : 0);
    }
    return factorise(rows);
  }

  private static boolean factorise(double[] rows) {
    int n = rows.length / STRIDE;
    for (int i = 0; i < n; i++) {
      int row = STRIDE * i;
      if (!(rows[row] > 0)) {
        return false;
      }
      double pivot = Math.sqrt(rows[row]);
      for (int d = 0; d < STRIDE; d++) {
        rows[row + d] /= pivot;
      }
      for (int k = 1; k <= HALF_BANDWIDTH && i + k < n; k++) {
        for (int d = k; d <= HALF_BANDWIDTH; d++) {
          rows[STRIDE * (i + k) + d - k] -= rows[row + k] * rows[row + d];
        }
      }
    }
    return true;
  }

  int size() {
    return rows.length / STRIDE;
  }

  /** Returns the entry (i, i + d) of R, 0 <= d <= 3. */
  double entry(int i, int d) {
    return rows[STRIDE * i + d];
  }

  /** Returns a copy of R's rows. */
  double[] rows() {
    return rows.clone();
  }

  /** Replaces the first {@link #size()} values of x by R^-T times them. */
  void forward(double[] x) {
    for (int i = 0; i < size(); i++) {
      double value = x[i];
      for (int d = 1; d <= Math.min(i, HALF_BANDWIDTH); d++) {
        value -= entry(i - d, d) * x[i - d];
      }
      x[i] = value / entry(i, 0);
    }
  }

  /** Replaces the first {@link #size()} values of x by R^-1 times them. */
  void backward(double[] x) {
    int n = size();
    for (int i = n - 1; i >= 0; i--) {
      double value = x[i];
      for (int d = 1; d <= Math.min(n - 1 - i, HALF_BANDWIDTH); d++) {
        value -= entry(i, d) * x[i + d];
      }
      x[i] = value / entry(i, 0);
    }
  }
}
