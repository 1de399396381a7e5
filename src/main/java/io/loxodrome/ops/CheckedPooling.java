package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;

/** Checks the operands of pooling. */
final class CheckedPooling implements PoolingOperators {
  private final Operands operands;
  private final PoolingOperators unchecked;

  CheckedPooling(Operands operands, PoolingOperators unchecked) {
    this.operands = operands;
    this.unchecked = unchecked;
  }

  @Override
  public void forward(Pooling layer, Tensor input, Tensor output) {
    int batch = requireInput(layer, input);
    operands.requireReal("output", output, layer.outputShape(batch));
    unchecked.forward(layer, input, output);
  }

  @Override
  public void backward(Pooling layer, Tensor input, Tensor outputGradient, Tensor inputGradient) {
    int batch = requireInput(layer, input);
    operands.requireReal("outputGradient", outputGradient, layer.outputShape(batch));
    operands.requireReal("inputGradient", inputGradient, input.shape());
    unchecked.backward(layer, input, outputGradient, inputGradient);
  }

  private int requireInput(Pooling layer, Tensor input) {
    operands.requireReal("input", input);
    int batch = Shapes.rows("input", input);
    Shapes.require("input", input, layer.inputShape(batch));
    return batch;
  }
}
