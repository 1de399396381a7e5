package io.loxodrome.manifold;

import java.util.List;

/**
 * A smooth curve or surface of weights, W(s) = sum_k a_k(s) P_k, described by its coefficients
 * a(s).
 *
 * <p>The manifold holds no weights: it says how the n basis points P_k of any parameter are
 * combined at a conditioning value s in [0, 1]^d, and which metric that induces on them, the Gram
 * matrix G = integral a(s) a(s)^T ds (Walking the Weight Manifold, Table 1, with its B-spline
 * entries corrected).
 *
 * <p>Every implementation is an immutable value, safe to share between threads. Two manifolds are
 * equal exactly when their {@linkplain #spec() specs} are: {@code fourier:1} is the {@code ellipse}
 * and {@code product(line,line)} the {@code sheet}.
 */
public sealed interface WeightManifold
    permits Point, Fourier, Bezier, Rod, CubicSpline, Sphere, Product, Replicas {

  /** The largest basis size any manifold may have: 2^20. */
  int MAXIMUM_BASIS_SIZE = 1 << 20;

  /**
   * Reads a manifold from its text, for example {@code ellipse}, {@code spline:12:periodic} or
   * {@code product(line,ellipse)}.
   *
   * @param spec one of the forms of {@link #knownSpecs()}; white space around a name is ignored
   * @throws IllegalArgumentException if the text has no such form or a number is out of its range
   */
  static WeightManifold parse(String spec) {
    return SpecParser.parse(spec);
  }

  /** Returns the forms that {@link #parse} reads, with a letter where a number stands. */
  static List<String> knownSpecs() {
    return SpecParser.KNOWN;
  }

  /** Returns the canonical text: {@code parse(spec()).equals(this)}. */
  String spec();

  /** Returns n, the number of basis points, at least 1. */
  int basisSize();

  /** Returns d, the number of conditioning values; 0 for a point. */
  int dimensions();

  /**
   * Returns whether s = 0 and s = 1 are the same place along one dimension.
   *
   * @param dimension in [0, d)
   * @throws IllegalArgumentException if there is no such dimension
   */
  boolean periodic(int dimension);

  /**
   * Computes the coefficients a(s).
   *
   * @param s d conditioning values, each in [0, 1], also where the manifold is periodic
   * @param a receives the n coefficients
   * @throws IllegalArgumentException if a length is wrong or a value is NaN or outside [0, 1]
   */
  void coefficients(double[] s, double[] a);

  /**
   * Computes the derivatives of the coefficients, da[i][k] = d a_k / d s_i.
   *
   * @param s d conditioning values, each in [0, 1]; at an end or a knot the derivative is one-sided
   *     where the two sides differ
   * @param da receives d rows of n derivatives
   * @throws IllegalArgumentException if a length is wrong, a value is NaN or outside [0, 1], or the
   *     derivative is unbounded there (the poles of a sphere)
   */
  void derivatives(double[] s, double[][] da);

  /**
   * Returns the Gram matrix G = integral of a(s) a(s)^T over [0, 1]^d with its exact inverse, where
   * {@link Replicas} sum over their first conditioning value instead. It is computed anew: a caller
   * that needs it every step should keep it.
   */
  Gram gram();

  /**
   * Returns the weights w = G^-1 integral a(s) ds, for which sum_k a_k(s) w_k = 1 at every s.
   * Parameters initialised as P_k = w_k W_0 give W(s) = W_0 everywhere.
   */
  double[] initialWeights();

  /**
   * Returns whether a basis point is held fixed in training; {@link Gram#inverse()} is 0 on it.
   *
   * @param basisPoint in [0, n)
   * @throws IllegalArgumentException if there is no such basis point
   */
  default boolean frozen(int basisPoint) {
    Check.basisPoint(this, basisPoint);
    return false;
  }

  /**
   * Returns the supremum over s of k(s, s) = a(s)^T G^-1 a(s): how much faster than a point network
   * the manifold moves at most, at the same learning rate.
   */
  double supremum();
}
