package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.ops.ElementwiseOperators;
import io.loxodrome.ops.Shapes;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/**
 * Half the squared error of a batch, L_i = |y_i - t_i|^2 / 2, and its mean over the batch, which is
 * what goes back: the loss of a regression. Its tensors live as long as the tape.
 */
public final class SquaredError {
  private final Tape tape;
  private final Variable outputs;
  private final Tensor residuals;

  private SquaredError(Tape tape, Variable outputs, Tensor residuals) {
    this.tape = tape;
    this.outputs = outputs;
    this.residuals = residuals;
  }

  /**
   * Computes the residuals.
   *
   * @param outputs y, B x any, B at least 1
   * @param targets t, as large
   * @throws IllegalArgumentException if the shapes differ
   */
  public static SquaredError of(Tape tape, Variable outputs, Tensor targets) {
    Shape shape = outputs.value().shape();
    Shapes.require("targets", targets, shape);
    Tensor residuals = tape.allocate(shape);
    ElementwiseOperators operators = tape.operators().elementwise();
    operators.copy(outputs.value(), residuals);
    operators.addScaled(residuals, -1, targets);
    return new SquaredError(tape, outputs, residuals);
  }

  /** The mean loss of the batch, summed in double. */
  public double mean() {
    double sum = 0;
    for (double residual : residuals.toDoubles()) {
      sum += residual * residual;
    }
    return sum / (2.0 * residuals.shape().dimension(0));
  }

  /**
   * Goes back from the mean loss to the leaves and consumes the tape.
   *
   * @throws IllegalStateException if the tape is for evaluation, was consumed or closed
   */
  public void backward() {
    ElementwiseOperators operators = tape.operators().elementwise();
    try (Tensor gradient = tape.device().zeros(residuals.shape())) {
      operators.addScaled(gradient, 1.0 / residuals.shape().dimension(0), residuals);
      tape.backward(outputs, gradient);
    }
  }
}
