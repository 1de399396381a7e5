package io.loxodrome.ops;

import io.loxodrome.manifold.Gram;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * The layerwise metric M = mu D + K K^T of a layer, D = G (x) I, through the small matrix S = K^T Q
 * K that its inverse needs (Woodbury), Q = G^-1 (x) I.
 *
 * <p>K has a column for each of q probes of each of B examples, N = q B in all. Probes come one
 * after another: the column of probe a and example i is number a B + i, and what belongs to the
 * columns is given as q tensors, one for each probe, of B rows each. On a weight manifold the
 * column is a(s_i) (x) r_ai, with the coefficients a of example i and a plain column r_ai, what the
 * column would be if W(s_i) were a parameter of its own. A layer without a manifold has one basis
 * point and coefficients 1.
 *
 * <p>Only the lower triangle of S, and of its factor, is ever read, diagonal included: what stands
 * above it means nothing, and may be written. Both are of the device's real type, or of a more
 * precise one out of {@link #gramTypes}; all other tensors are of the device's real type. What is
 * done with S and its factor can be done with any symmetric matrix, such as {@linkplain #addOuter
 * M's own}.
 */
public interface MetricOperators {
  /**
   * The element types that S may have here: the device's real type, then a more precise one if
   * there is one, which there is on a processor and is not on a GPU.
   */
  List<ElementType> gramTypes();

  /**
   * S = 0.
   *
   * @param gram S, written, N x N
   */
  void clear(Tensor gram);

  /**
   * S_(ai)(bj) += factor r_ai . r_bj for plain columns that are given in full.
   *
   * @param rows r, for each probe B x any
   * @param factor finite
   * @param gram S, updated, N x N
   */
  void addGram(List<Tensor> rows, double factor, Tensor gram);

  /**
   * S_(ai)(bj) += factor sum_lm (x_il . x_jm + constant^2) (u_ail . u_bjm): plain columns r_ai =
   * sum_l u_ail x_il^T, which are never formed, of a layer that uses its weights at L positions. A
   * linear layer has one position.
   *
   * @param inputs x, B x L x C
   * @param constant an input more that is the same everywhere, finite: 1 for a layer with a bias, 0
   *     for one without
   * @param columns u, for each probe B x L x O
   * @param factor finite
   * @param gram S, updated, N x N
   */
  void addProducts(
      Tensor inputs, double constant, List<Tensor> columns, double factor, Tensor gram);

  /**
   * T += sum_r c_r c_r^T for columns c_r = a_i (x) (row r of every parameter) in full, i = r mod B:
   * what they add to the metric M itself, which is smaller than S where n times the parameters are
   * fewer than columns.
   *
   * <p>A column has parameter after parameter, and of each basis point after basis point.
   *
   * @param coefficients a, B x n
   * @param rows for each parameter, as many rows of any length as there are columns, a multiple of
   *     B
   * @param matrix T, updated, as large as a column is long; its lower triangle, and of a type like
   *     S
   */
  void addOuter(Tensor coefficients, List<Tensor> rows, Tensor matrix);

  /**
   * S_(ai)(bj) *= a_i^T G^-1 a_j, which makes of the Gram matrix of plain columns that of a
   * manifold's.
   *
   * @param coefficients a, B x n
   * @param metric G, n x n; its frozen basis points count nothing
   * @param gram S, updated, N x N with N a multiple of B
   */
  void mix(Tensor coefficients, Gram metric, Tensor gram);

  /**
   * Y = S X.
   *
   * @param gram S, N x N
   * @param values X, N x any
   * @param products Y, written, shaped as X
   */
  void multiply(Tensor gram, Tensor values, Tensor products);

  /**
   * Cholesky's factor L, lower triangular with L L^T = S + mu I.
   *
   * @param gram S, N x N
   * @param damping mu, finite, not negative
   * @param factor L, written, N x N, of S's element type; may be S itself
   * @return whether S + mu I is positive definite in this arithmetic: if not, as where it has
   *     numbers that are not finite, nothing in the factor means anything
   */
  boolean factorize(Tensor gram, double damping, Tensor factor);

  /**
   * X = (L L^T)^-1 X, in place.
   *
   * @param factor L from {@link #factorize}, N x N
   * @param values X, updated, N x any
   */
  void solve(Tensor factor, Tensor values);

  /**
   * t = factor K^T v: t_ai = factor sum_k a_ik r_ai . v_k.
   *
   * @param coefficients a, B x n
   * @param rows r, for each probe B x any
   * @param factor finite
   * @param vectors v, n x any
   * @param projections t, written, N
   */
  void project(
      Tensor coefficients, List<Tensor> rows, double factor, Tensor vectors, Tensor projections);

  /**
   * v = factor K w: v_k = factor sum_ai w_ai a_ik r_ai.
   *
   * @param weights w, N
   * @param coefficients a, B x n
   * @param rows r, for each probe B x any
   * @param factor finite
   * @param combination v, written, n x any
   */
  void combine(
      Tensor weights, Tensor coefficients, List<Tensor> rows, double factor, Tensor combination);

  /**
   * t_ai = factor u_ai . y_i, the outer half of K^T v where v's layer gave the outputs y.
   *
   * @param columns u, for each probe B x any
   * @param factor finite
   * @param outputs y, B x any
   * @param projections t, written, N
   */
  void projectEach(List<Tensor> columns, double factor, Tensor outputs, Tensor projections);

  /**
   * e_i = factor sum_a w_ai u_ai, the inner half of K w, whose outer is the gradient that a layer's
   * weights get from the output gradients e.
   *
   * @param weights w, N
   * @param columns u, for each probe B x any
   * @param factor finite
   * @param combinations e, written, B x any
   */
  void combineEach(Tensor weights, List<Tensor> columns, double factor, Tensor combinations);
}
