package io.loxodrome.manifold;

/**
 * The Gram matrix G = integral a(s) a(s)^T ds of a weight manifold, with its exact inverse.
 *
 * <p>A step of steepest descent in the manifold's own metric is dP = -eta G^-1 grad_P (Walking the
 * Weight Manifold, Theorem 1), column by column of the n x p gradient. Each family keeps the
 * representation in which that solve is exact and cheapest, and shows it to the kernels that need
 * it. Arrays that are handed out are copies.
 *
 * <p>Where basis points are frozen (a {@link RestrictedGram} alone or inside a product) G is 0 on
 * them, and the inverses below are those on the free points, 0 elsewhere.
 */
public sealed interface Gram
    permits DiagonalGram, DenseGram, BandedGram, CyclicGram, KroneckerGram, RestrictedGram {

  /** Returns n. */
  int size();

  /** Returns G as a dense n x n matrix. */
  double[][] matrix();

  /**
   * Returns G^-1 as a dense symmetric n x n matrix. It is full even where G is banded: its entries
   * decay by no more than 0.535 per index, and cutting them off would leave another metric. For
   * large n use {@link #solve}.
   */
  double[][] inverse();

  /**
   * Replaces x by G^-1 x.
   *
   * @param x n values
   * @throws IllegalArgumentException if x does not have n values
   */
  void solve(double[] x);

  /**
   * Returns R, upper triangular with R^T R = G: in the coordinates R P the metric is the identity,
   * and a gradient with respect to P becomes R^-T times it.
   */
  double[][] whitening();

  /**
   * Returns R^-1, upper triangular, for the {@linkplain #whitening() whitening} R: a step dQ taken
   * in whitened coordinates is the step dP = R^-1 dQ of the basis points. Takes O(n^3).
   */
  default double[][] whiteningInverse() {
    return Cholesky.invertUpper(whitening());
  }

  /**
   * Returns whether a basis point is held fixed: G and its inverse are 0 on it.
   *
   * @param basisPoint in [0, n)
   */
  default boolean frozen(int basisPoint) {
    return false;
  }

  /** Returns the ratio of the largest to the smallest eigenvalue, on the points that are free. */
  double conditionNumber();

  /**
   * Returns a^T G^-1 b, which for a = a(s) and b = a(s') is k(s, s'): what a unit gradient at s'
   * does to the weights at s.
   *
   * @param a n values
   * @param b n values
   * @throws IllegalArgumentException if either does not have n values
   */
  default double kernel(double[] a, double[] b) {
    Check.length(this, "a", a.length);
    double[] x = b.clone();
    solve(x);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += a[i] * x[i];
    }
    return sum;
  }
}
