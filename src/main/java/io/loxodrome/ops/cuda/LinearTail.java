package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Elementwise;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Linear;

/** Bias and activation of a linear layer, where a way does not do them as it mixes. */
final class LinearTail {
  private final CudaResources resources;
  private final Elementwise elementwise;

  LinearTail(CudaResources resources) {
    this.resources = resources;
    this.elementwise = new Elementwise(resources.kernels());
  }

  private static long size(Linear layer, int batch) {
    return layer.outputShape(batch).size();
  }

  /** y_i = sum_k a_ik b_k, which products are then added to. */
  void start(Linear layer, Parameters parameters, long output) {
    resources.multiply(
        MatrixProduct.single(
            parameters.batch(), layer.outputs(), parameters.basisSize(), false, false),
        parameters.coefficients(),
        parameters.bias(),
        output);
  }

  /** y_i = act(y_i). */
  void activate(Linear layer, int batch, long output) {
    if (layer.activation() == Activation.RELU) {
      elementwise.relu(output, output, size(layer, batch), resources.stream());
    }
  }

  /** Room for {@link #behindActivation}. */
  Scratch gradientRoom(Linear layer, int batch) {
    return resources
        .memory()
        .floats(layer.activation() == Activation.RELU ? size(layer, batch) : 0);
  }

  /** The address of dL/dy behind the activation: what was given, or {@code room}. */
  long behindActivation(Linear layer, int batch, long output, long outputGradient, Scratch room) {
    return switch (layer.activation()) {
      case NONE -> outputGradient;
      case RELU -> {
        elementwise.reluBackward(
            output, outputGradient, room.address(), size(layer, batch), resources.stream());
        yield room.address();
      }
    };
  }

  /** db_k = sum_i a_ik d_i, d behind the activation. */
  void biasGradient(Linear layer, Parameters parameters, long gradient, long biasGradient) {
    resources.multiply(
        MatrixProduct.single(
            parameters.basisSize(), layer.outputs(), parameters.batch(), true, false),
        parameters.coefficients(),
        gradient,
        biasGradient);
  }
}
