package io.loxodrome.ops;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/**
 * A layer's parameters as example i sees them: W_i = sum_k a_ik P_k and bias sum_k a_ik b_k.
 *
 * @param coefficients a, B x n
 * @param weights P, n x the layer's weight shape
 * @param bias b, n x the layer's bias shape
 */
public record Mixture(Tensor coefficients, Tensor weights, Tensor bias) {
  /** B. */
  public int batch() {
    return coefficients.shape().dimension(0);
  }

  /** n. */
  public int basisSize() {
    return coefficients.shape().dimension(1);
  }

  /** Refuses parameters that do not fit a layer with these shapes per basis point. */
  public void requireShapes(Shape weightShape, Shape biasShape) {
    if (coefficients.shape().rank() != 2) {
      throw new IllegalArgumentException(
          "coefficients have shape " + coefficients.shape() + ", expected B x n");
    }
    Shapes.require("weights", weights, weightShape.under(basisSize()));
    Shapes.require("bias", bias, biasShape.under(basisSize()));
  }
}
