package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;

/** Checks the operands of elementwise operators. */
final class CheckedElementwise implements ElementwiseOperators {
  private final Operands operands;
  private final ElementwiseOperators unchecked;

  CheckedElementwise(Operands operands, ElementwiseOperators unchecked) {
    this.operands = operands;
    this.unchecked = unchecked;
  }

  @Override
  public void fill(Tensor x, double value) {
    operands.requireReal("x", x);
    unchecked.fill(x, value);
  }

  @Override
  public void copy(Tensor x, Tensor y) {
    requirePair("x", x, "y", y);
    unchecked.copy(x, y);
  }

  @Override
  public void repeat(Tensor x, Tensor y) {
    operands.requireReal("x", x);
    operands.requireReal("y", y);
    if (x.size() == 0 ? y.size() != 0 : y.size() % x.size() != 0) {
      throw new IllegalArgumentException(
          "y has shape " + y.shape() + ", expected a multiple of the size of x, " + x.shape());
    }
    unchecked.repeat(x, y);
  }

  @Override
  public void addScaled(Tensor y, double factor, Tensor x) {
    requirePair("y", y, "x", x);
    unchecked.addScaled(y, factor, x);
  }

  @Override
  public void relu(Tensor x, Tensor y) {
    requirePair("x", x, "y", y);
    unchecked.relu(x, y);
  }

  @Override
  public void reluBackward(Tensor y, Tensor outputGradient, Tensor inputGradient) {
    requirePair("y", y, "outputGradient", outputGradient);
    requirePair("y", y, "inputGradient", inputGradient);
    unchecked.reluBackward(y, outputGradient, inputGradient);
  }

  private void requirePair(String one, Tensor a, String other, Tensor b) {
    operands.requireReal(one, a);
    operands.requireReal(other, b);
    Shapes.requireSameSize(one, a, other, b);
  }
}
