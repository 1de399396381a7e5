package io.loxodrome.ops;

import io.loxodrome.manifold.Gram;
import io.loxodrome.tensor.Tensor;

/**
 * The metric and the optimisers' steps over basis points, n x any.
 *
 * <p>Every operator works column by column of the n x p matrix; rows that the Gram matrix freezes
 * never change.
 */
public interface UpdateOperators {
  /** g = G^-1 g, in place (WWM theorem 1). */
  void solve(Gram gram, Tensor gradient);

  /** tr(g^T G^-1 g): the squared length of a gradient, and of the step G^-1 g, in the metric. */
  double squaredNorm(Gram gram, Tensor gradient);

  /**
   * g = g + factor C P, to every n rows of g and P the same C: what factor / 2 tr(P^T C P), with a
   * symmetric C, adds to a gradient.
   *
   * @param gradient g, updated, as many times n rows as P
   * @param c C, n x n
   * @param basis P, a whole number of times n rows
   */
  void addProduct(Tensor gradient, double factor, Tensor c, Tensor basis);

  /**
   * One step of momentum SGD on the rescaled gradient r = scale G^-1 g: v = momentum v + r, then P
   * = (1 - learningRate decay) P - learningRate d, where d is v, or r + momentum v with Nesterov's
   * rule.
   *
   * @param basis P, updated
   * @param gradient g; undefined afterwards
   * @param velocity v, updated
   */
  void sgd(SgdStep step, Gram gram, Tensor basis, Tensor gradient, Tensor velocity);

  /**
   * One step of Adam with decoupled decay.
   *
   * <p>In the paper's form Adam sees r = scale G^-1 g. Whitened, with G = R^T R, it sees r = scale
   * R^-T g, the gradient in the coordinates R P, and its step is mapped back by R^-1.
   *
   * @param basis P, updated
   * @param gradient g; undefined afterwards
   * @param first moment m, updated: m = beta1 m + (1 - beta1) r
   * @param second moment v, updated: v = beta2 v + (1 - beta2) r^2
   */
  void adam(AdamStep step, Gram gram, Tensor basis, Tensor gradient, Tensor first, Tensor second);
}
