package io.loxodrome.autograd;

import io.loxodrome.tensor.Tensor;

/** The way back through one operation: from its output's gradient to its inputs' gradients. */
@FunctionalInterface
public interface Backward {
  /**
   * Writes the gradient of every wanted input.
   *
   * @param outputGradient dL/dy, or any other cotangent of the operation's output; not to be
   *     changed
   * @param targets where the inputs' gradients go, in the order the inputs were recorded; each is
   *     overwritten whole
   */
  void propagate(Tensor outputGradient, GradientTargets targets);
}
