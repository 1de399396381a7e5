package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.BasisMix;
import io.loxodrome.cuda.Bias;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MixShape;
import io.loxodrome.cuda.Storage;
import io.loxodrome.ops.Linear;

/**
 * All basis points stacked: one product y = x P^T gives what every point makes of the batch, B x (n
 * O), and one kernel mixes it, adds the mixed bias and applies the activation.
 */
final class OutputsLinear implements Way<Linear> {
  private final CudaResources resources;
  private final BasisMix mixing;

  OutputsLinear(CudaResources resources) {
    this.resources = resources;
    this.mixing = new BasisMix(resources.kernels());
  }

  private static MixShape shape(Linear layer, Parameters parameters) {
    return new MixShape(parameters.batch(), parameters.basisSize(), layer.outputs(), 1);
  }

  /** n O, the rows of all basis points stacked. */
  private static int stacked(Linear layer, Parameters parameters) {
    return Math.multiplyExact(parameters.basisSize(), layer.outputs());
  }

  private Scratch stackedOutputs(Linear layer, Parameters parameters) {
    return resources.memory().floats((long) parameters.batch() * stacked(layer, parameters));
  }

  @Override
  public void forward(Linear layer, Parameters parameters, Activations activations) {
    int rows = stacked(layer, parameters);
    try (Scratch outputs = stackedOutputs(layer, parameters)) {
      resources.multiply(
          MatrixProduct.single(parameters.batch(), rows, layer.inputs(), false, true),
          activations.input(),
          parameters.weights(),
          outputs.address());
      mixing.reduce(
          shape(layer, parameters),
          Storage.FLOAT32,
          Epilogues.of(layer.activation()),
          parameters.coefficients(),
          outputs.address(),
          Bias.ofBasisPoints(parameters.bias()),
          activations.output(),
          resources.stream());
    }
  }

  @Override
  public void backward(
      Linear layer, Parameters parameters, Activations activations, Gradients gradients) {
    int rows = stacked(layer, parameters);
    try (Scratch expanded = stackedOutputs(layer, parameters)) {
      expand(layer, parameters, gradients.output(), expanded);
      if (gradients.input() != 0) {
        resources.multiply(
            MatrixProduct.single(parameters.batch(), layer.inputs(), rows, false, false),
            expanded.address(),
            parameters.weights(),
            gradients.input());
      }
      weightGradient(layer, parameters, activations.input(), expanded, gradients.weights());
    }
  }

  /** dP_k = sum_i a_ik d_i x_i^T. */
  void weightGradient(
      Linear layer, Parameters parameters, long input, long gradient, long weightGradient) {
    try (Scratch expanded = stackedOutputs(layer, parameters)) {
      expand(layer, parameters, gradient, expanded);
      weightGradient(layer, parameters, input, expanded, weightGradient);
    }
  }

  /** e_ik = a_ik d_i. */
  private void expand(Linear layer, Parameters parameters, long gradient, Scratch expanded) {
    mixing.expand(
        shape(layer, parameters),
        Storage.FLOAT32,
        parameters.coefficients(),
        gradient,
        0,
        expanded.address(),
        resources.stream());
  }

  private void weightGradient(
      Linear layer, Parameters parameters, long input, Scratch expanded, long weightGradient) {
    int rows = stacked(layer, parameters);
    resources.multiply(
        MatrixProduct.single(rows, layer.inputs(), parameters.batch(), true, false),
        expanded.address(),
        input,
        weightGradient);
  }
}
