package io.loxodrome.manifold;

import java.util.function.DoublePredicate;

/**
 * The Gram matrix of an open cubic B-spline, with 7 diagonals, solved through a banded Cholesky
 * factor in O(n).
 *
 * <p>Matrix and factor are handed out by rows of their upper triangles, 4 entries a row: entry (i,
 * i + d), d = 0 .. 3, at index 4 i + d; entries beyond the last column are 0.
 */
public final class BandedGram implements Gram {
  private final double[] rows;
  private final BandedCholesky factor;

  /** Takes G by rows of its upper triangle, 4 entries a row. */
  BandedGram(double[] rows) {
    this.rows = rows.clone();
    this.factor = BandedCholesky.of(rows);
  }

  /** Returns the 4 n entries of G's upper triangle by rows. */
  public double[] rows() {
    return rows.clone();
  }

  /** Returns the 4 n entries of R by rows, where R^T R = G and R is upper triangular. */
  public double[] factor() {
    return factor.rows();
  }

  @Override
  public int size() {
    return factor.size();
  }

  @Override
  public double[][] matrix() {
    int n = size();
    double[][] matrix = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int d = 0; d < BandedCholesky.STRIDE && i + d < n; d++) {
        matrix[i][i + d] = rows[BandedCholesky.STRIDE * i + d];
        matrix[i + d][i] = matrix[i][i + d];
      }
    }
    return matrix;
  }

  @Override
  public double[][] inverse() {
    int n = size();
    double[][] inverse = new double[n][n];
    for (int i = 0; i < n; i++) {
      inverse[i][i] = 1;
      solve(inverse[i]);
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        double mean = (inverse[i][j] + inverse[j][i]) / 2;
        inverse[i][j] = mean;
        inverse[j][i] = mean;
      }
    }
    return inverse;
  }

  @Override
  public void solve(double[] x) {
    Check.length(this, "x", x.length);
    factor.forward(x);
    factor.backward(x);
  }

  @Override
  public double[][] whitening() {
    int n = size();
    double[][] r = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int d = 0; d < BandedCholesky.STRIDE && i + d < n; d++) {
        r[i][i + d] = factor.entry(i, d);
      }
    }
    return r;
  }

  /**
   * Returns the ratio of the extreme eigenvalues, each in O(n) by bisection: mu exceeds the largest
   * exactly when mu I - G has a Cholesky factor, a test that is stable for any matrix.
   */
  @Override
  public double conditionNumber() {
    // B-splines are non-negative and sum to 1, so no row of G sums to more than 1.
    double largest = bisect(0, 1, mu -> BandedCholesky.positiveDefinite(rows, -1, mu));
    double smallest = bisect(0, largest, mu -> !BandedCholesky.positiveDefinite(rows, 1, -mu));
    return largest / smallest;
  }

  /**
   * Returns the boundary in [low, high] above which a condition holds, to the last bit.
   *
   * @param above false up to the boundary, true beyond it
   */
  private static double bisect(double low, double high, DoublePredicate above) {
    double below = low;
    double beyond = high;
    while (true) {
      double middle = below + (beyond - below) / 2;
      if (middle <= below || middle >= beyond) {
        return middle;
      }
      if (above.test(middle)) {
        beyond = middle;
      } else {
        below = middle;
      }
    }
  }
}
