package io.loxodrome.ops;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks the operands of convolution layers; the trace's contents are the backend's affair. */
final class CheckedConvolution implements ConvolutionOperators {
  private final Operands operands;
  private final ConvolutionOperators unchecked;

  CheckedConvolution(Operands operands, ConvolutionOperators unchecked) {
    this.operands = operands;
    this.unchecked = unchecked;
  }

  @Override
  public Tensor allocateTrace(Convolution layer, int batch) {
    return unchecked.allocateTrace(layer, batch);
  }

  @Override
  public void forward(
      Convolution layer, Mixture parameters, Tensor input, Tensor output, @Nullable Tensor trace) {
    requireForward(layer, parameters, input, output);
    if (trace != null) {
      operands.requireHere("trace", trace);
    }
    unchecked.forward(layer, parameters, input, output, trace);
  }

  @Override
  public void backward(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients) {
    requireForward(layer, parameters, input, output);
    operands.requireHere("trace", trace);
    operands.requireReal("outputGradient", outputGradient, output.shape());
    if (inputGradient != null) {
      operands.requireReal("inputGradient", inputGradient, input.shape());
    }
    if (gradients != null) {
      operands.requireGradients(gradients, parameters);
    }
    unchecked.backward(
        layer, parameters, input, output, trace, outputGradient, inputGradient, gradients);
  }

  @Override
  public void exampleGradients(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      MixtureGradients rows) {
    requireForward(layer, parameters, input, output);
    operands.requireHere("trace", trace);
    operands.requireReal("outputGradient", outputGradient, output.shape());
    int batch = parameters.batch();
    operands.requireReal("weight rows", rows.weights(), layer.weightShape().under(batch));
    operands.requireReal("bias rows", rows.bias(), layer.biasShape().under(batch));
    unchecked.exampleGradients(layer, parameters, input, output, trace, outputGradient, rows);
  }

  @Override
  public void unfold(Convolution layer, Tensor input, Tensor patches) {
    operands.requireReal("input", input);
    int batch = Shapes.rows("input", input);
    Shapes.require("input", input, layer.inputShape(batch));
    operands.requireReal("patches", patches, Shape.of(batch, layer.positions(), layer.window()));
    unchecked.unfold(layer, input, patches);
  }

  @Override
  public List<PlanCost> planCosts(Convolution layer, Mixture parameters) {
    operands.requireParameters(parameters, layer.weightShape(), layer.biasShape());
    return unchecked.planCosts(layer, parameters);
  }

  private void requireForward(Convolution layer, Mixture parameters, Tensor input, Tensor output) {
    operands.requireParameters(parameters, layer.weightShape(), layer.biasShape());
    operands.requireReal("input", input, layer.inputShape(parameters.batch()));
    operands.requireReal("output", output, layer.outputShape(parameters.batch()));
  }
}
