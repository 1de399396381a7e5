package io.loxodrome.manifold;

import java.util.function.DoublePredicate;

/**
 * Extreme eigenvalues of a symmetric matrix by bisection: mu exceeds the largest one exactly when
 * mu I - A has a Cholesky factor, a test that is stable for any matrix.
 */
final class Eigenvalues {
  private Eigenvalues() {}

  /**
   * Returns the boundary in [low, high] above which a condition holds, to the last bit.
   *
   * @param above false up to the boundary, true beyond it
   */
  static double bisect(double low, double high, DoublePredicate above) {
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

  /** Returns the largest eigenvalue of a dense positive definite matrix. */
  static double largest(double[][] a) {
    return bisect(0, rowSum(a), mu -> exceeds(mu, a));
  }

  /** Returns the largest sum of a row's magnitudes, which no eigenvalue exceeds. */
  private static double rowSum(double[][] a) {
    double largest = 0;
    for (double[] row : a) {
      double sum = 0;
      for (double value : row) {
        sum += Math.abs(value);
      }
      largest = Math.max(largest, sum);
    }
    return largest;
  }

  private static boolean exceeds(double mu, double[][] a) {
    double[][] shifted = new double[a.length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        shifted[i][j] = (i == j ? mu : 0) - a[i][j];
      }
    }
    return Cholesky.factorise(shifted);
  }
}
