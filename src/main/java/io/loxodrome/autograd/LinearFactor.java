package io.loxodrome.autograd;

import io.loxodrome.ops.Linear;
import io.loxodrome.tensor.Tensor;

/**
 * The factor of a linear layer, whose rows are products, e_i x_i^T of the weights and e_i of the
 * bias, and need not be formed.
 *
 * <p>Its {@link #parameters} are the weights, n x O x I, and the bias, n x O.
 */
public interface LinearFactor extends ParameterFactor {
  /** The layer. */
  Linear layer();

  /** x, B x I. */
  Tensor input();

  /**
   * Pulls a cotangent back to the pre-activations.
   *
   * @param cotangent u, B x O; not to be changed
   * @param e written, B x O
   */
  void preActivations(Tensor cotangent, Tensor e);
}
