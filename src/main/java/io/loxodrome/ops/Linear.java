package io.loxodrome.ops;

import io.loxodrome.tensor.Shape;

/**
 * A linear layer: y = act(W x + b) with W of outputs x inputs.
 *
 * @param inputs I, at least 1
 * @param outputs O, at least 1
 * @param activation applied to the mixed pre-activation
 */
public record Linear(int inputs, int outputs, Activation activation) {
  public Linear {
    Geometry.requirePositive("inputs", inputs);
    Geometry.requirePositive("outputs", outputs);
  }

  /** One basis point of the weights, O x I. */
  public Shape weightShape() {
    return Shape.of(outputs, inputs);
  }

  /** One basis point of the bias, O. */
  public Shape biasShape() {
    return Shape.of(outputs);
  }

  public Shape inputShape(int batch) {
    return Shape.of(batch, inputs);
  }

  public Shape outputShape(int batch) {
    return Shape.of(batch, outputs);
  }

  /** One line for people, such as "2048 to 512, ReLU". */
  public String description() {
    return inputs + " to " + outputs + activation.description();
  }
}
