package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks the operands of linear layers. */
final class CheckedLinear implements LinearOperators {
  private final Operands operands;
  private final LinearOperators unchecked;

  CheckedLinear(Operands operands, LinearOperators unchecked) {
    this.operands = operands;
    this.unchecked = unchecked;
  }

  @Override
  public void forward(Linear layer, Mixture parameters, Tensor input, Tensor output) {
    requireForward(layer, parameters, input, output);
    unchecked.forward(layer, parameters, input, output);
  }

  @Override
  public void backward(
      Linear layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients) {
    requireForward(layer, parameters, input, output);
    operands.requireReal("outputGradient", outputGradient, output.shape());
    if (inputGradient != null) {
      operands.requireReal("inputGradient", inputGradient, input.shape());
    }
    if (gradients != null) {
      operands.requireGradients(gradients, parameters);
    }
    unchecked.backward(layer, parameters, input, output, outputGradient, inputGradient, gradients);
  }

  @Override
  public List<PlanCost> planCosts(Linear layer, Mixture parameters) {
    operands.requireParameters(parameters, layer.weightShape(), layer.biasShape());
    return unchecked.planCosts(layer, parameters);
  }

  private void requireForward(Linear layer, Mixture parameters, Tensor input, Tensor output) {
    operands.requireParameters(parameters, layer.weightShape(), layer.biasShape());
    operands.requireReal("input", input, layer.inputShape(parameters.batch()));
    operands.requireReal("output", output, layer.outputShape(parameters.batch()));
  }
}
