package io.loxodrome.autograd;

import io.loxodrome.tensor.Tensor;

/**
 * The factor of a layer that multiplies, whose rows are sums of products and need not be formed:
 * sum_l e_il x_il^T of the weights and sum_l e_il of the bias, over all positions that the weights
 * are used at.
 *
 * <p>Its {@link #parameters} are the weights and the bias.
 */
public interface ProductFactor extends ParameterFactor {
  /** The layer's input. */
  Tensor input();

  /**
   * Pulls a cotangent back to the pre-activations.
   *
   * @param cotangent u, shaped as the layer's output; not to be changed
   * @param e written, of the same shape
   */
  void preActivations(Tensor cotangent, Tensor e);
}
