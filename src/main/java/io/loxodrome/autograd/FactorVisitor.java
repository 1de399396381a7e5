package io.loxodrome.autograd;

import io.loxodrome.tensor.Tensor;

/** Is told on the way back what reaches the operations that have parameters. */
@FunctionalInterface
public interface FactorVisitor {
  /**
   * A cotangent has reached an operation's output.
   *
   * @param factor of the operation
   * @param cotangent of its output; not to be changed, and gone when this returns
   */
  void visit(ParameterFactor factor, Tensor cotangent);
}
