package io.loxodrome.autograd;

import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * The way back from an operation's output to its parameters with the examples kept apart: the
 * operation's part of the layerwise metric.
 *
 * <p>Parameters are basis points P, n x any, of which example i sees sum_k a_ik P_k. A point alone
 * has n = 1 and a = 1.
 */
public interface ParameterFactor {
  /**
   * The parameters: leaves among the operation's inputs, each once. They are of one module: the
   * metric holds them together, and apart from those of other modules.
   */
  List<Variable> parameters();

  /** a, B x n. */
  Tensor coefficients();

  /**
   * Pulls a cotangent back to what each example saw of the parameters.
   *
   * @param cotangent u, shaped as the operation's output; not to be changed
   * @param rows one tensor for each of the {@link #parameters}, B x the size of one of its basis
   *     points, to be overwritten: row i of number j is J_ij^T u_i, where J_ij is the derivative of
   *     example i's output by what it saw of parameter j
   */
  void pullBack(Tensor cotangent, List<Tensor> rows);
}
