package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.BasisMix;
import io.loxodrome.cuda.Bias;
import io.loxodrome.cuda.Epilogue;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MatrixProduct.Factor;
import io.loxodrome.cuda.MixShape;
import io.loxodrome.cuda.Storage;
import io.loxodrome.ops.Linear;

/**
 * The input stacked once for each basis point, scaled by its coefficient, and products that add up:
 * y = sum_k (a_k x) P_k^T. Backward, dx_i = sum_k a_ik (d_i P_k) and dP_k = d^T (a_k x).
 */
final class InputsLinear implements Way<Linear> {
  private final CudaResources resources;
  private final LinearTail tail;
  private final BasisMix mixing;

  InputsLinear(CudaResources resources, LinearTail tail) {
    this.resources = resources;
    this.tail = tail;
    this.mixing = new BasisMix(resources.kernels());
  }

  private static MixShape shape(Linear layer, Parameters parameters) {
    return new MixShape(parameters.batch(), parameters.basisSize(), layer.inputs(), 1);
  }

  /** n I, the numbers of a stacked input. */
  private static int stacked(Linear layer, Parameters parameters) {
    return Math.multiplyExact(parameters.basisSize(), layer.inputs());
  }

  private Scratch stackedInputs(Linear layer, Parameters parameters) {
    return resources.memory().floats((long) parameters.batch() * stacked(layer, parameters));
  }

  /** a_ik x_i, B x n x I. */
  private void stack(Linear layer, Parameters parameters, long input, Scratch stacked) {
    mixing.expand(
        shape(layer, parameters),
        Storage.FLOAT32,
        parameters.coefficients(),
        input,
        0,
        stacked.address(),
        resources.stream());
  }

  @Override
  public void forward(Linear layer, Parameters parameters, Activations activations) {
    long output = activations.output();
    try (Scratch stacked = stackedInputs(layer, parameters)) {
      stack(layer, parameters, activations.input(), stacked);
      tail.start(layer, parameters, output);
      MatrixProduct product =
          new MatrixProduct(
              1,
              parameters.batch(),
              layer.outputs(),
              layer.inputs(),
              Factor.plain(stacked(layer, parameters), 0),
              Factor.transposed(layer.inputs(), 0),
              Factor.plain(layer.outputs(), 0),
              true);
      for (int k = 0; k < parameters.basisSize(); k++) {
        long x = Address.of(stacked.address(), (long) k * layer.inputs());
        resources.multiply(product, x, point(layer, parameters, k), output);
      }
      tail.activate(layer, parameters.batch(), output);
    }
  }

  /** Address of P_k. */
  private static long point(Linear layer, Parameters parameters, int k) {
    return Address.of(parameters.weights(), k * layer.weightShape().size());
  }

  @Override
  public void backward(
      Linear layer, Parameters parameters, Activations activations, Gradients gradients) {
    try (Scratch stacked = stackedInputs(layer, parameters)) {
      if (gradients.input() != 0) {
        inputGradient(layer, parameters, gradients, stacked);
      }
      stack(layer, parameters, activations.input(), stacked);
      resources.multiply(
          new MatrixProduct(
              parameters.basisSize(),
              layer.outputs(),
              layer.inputs(),
              parameters.batch(),
              Factor.transposed(layer.outputs(), 0),
              Factor.plain(stacked(layer, parameters), layer.inputs()),
              Factor.plain(layer.inputs(), layer.weightShape().size()),
              false),
          gradients.output(),
          stacked.address(),
          gradients.weights());
    }
  }

  private void inputGradient(
      Linear layer, Parameters parameters, Gradients gradients, Scratch stacked) {
    MatrixProduct product =
        new MatrixProduct(
            1,
            parameters.batch(),
            layer.inputs(),
            layer.outputs(),
            Factor.plain(layer.outputs(), 0),
            Factor.plain(layer.inputs(), 0),
            Factor.plain(stacked(layer, parameters), 0),
            false);
    for (int k = 0; k < parameters.basisSize(); k++) {
      long dx = Address.of(stacked.address(), (long) k * layer.inputs());
      resources.multiply(product, gradients.output(), point(layer, parameters, k), dx);
    }
    mixing.reduce(
        shape(layer, parameters),
        Storage.FLOAT32,
        Epilogue.NONE,
        parameters.coefficients(),
        stacked.address(),
        Bias.NONE,
        gradients.input(),
        resources.stream());
  }
}
