package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.BasisMix;
import io.loxodrome.cuda.Bias;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MixShape;
import io.loxodrome.cuda.Storage;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.LinearOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers by stacking basis points: one product y = x P^T gives what every point makes of the
 * batch, B x (n O), and one kernel mixes it, adds the mixed bias and applies the activation.
 */
final class CudaLinear implements LinearOperators {
  private final CudaResources resources;
  private final BasisMix mixing;

  CudaLinear(CudaResources resources) {
    this.resources = resources;
    this.mixing = new BasisMix(resources.kernels());
  }

  private static MixShape shape(Linear layer, Mixture parameters) {
    return new MixShape(parameters.batch(), parameters.basisSize(), layer.outputs(), 1);
  }

  /** n O, the rows of all basis points stacked. */
  private static int stacked(Linear layer, Mixture parameters) {
    return Math.multiplyExact(parameters.basisSize(), layer.outputs());
  }

  @Override
  public void forward(Linear layer, Mixture parameters, Tensor input, Tensor output) {
    if (output.size() == 0) {
      return;
    }
    int batch = parameters.batch();
    int rows = stacked(layer, parameters);
    try (Scratch outputs = resources.memory().floats((long) batch * rows)) {
      resources
          .products()
          .multiply(
              MatrixProduct.single(batch, rows, layer.inputs(), false, true),
              CudaMemory.source(input),
              CudaMemory.source(parameters.weights()),
              outputs.address(),
              resources.stream());
      mixing.reduce(
          shape(layer, parameters),
          Storage.FLOAT32,
          Epilogues.of(layer.activation()),
          CudaMemory.source(parameters.coefficients()),
          outputs.address(),
          Bias.ofBasisPoints(CudaMemory.source(parameters.bias())),
          CudaMemory.target(output),
          resources.stream());
    }
  }

  @Override
  public void backward(
      Linear layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      MixtureGradients gradients) {
    if (parameters.batch() == 0) {
      Zeros.write(resources, gradients);
      return;
    }
    int batch = parameters.batch();
    int rows = stacked(layer, parameters);
    try (Scratch expanded = resources.memory().floats((long) batch * rows)) {
      long e = expanded.address();
      mixing.expand(
          shape(layer, parameters),
          Storage.FLOAT32,
          CudaMemory.source(parameters.coefficients()),
          CudaMemory.source(outputGradient),
          layer.activation() == Activation.RELU ? CudaMemory.source(output) : 0,
          e,
          resources.stream());
      if (inputGradient != null) {
        multiply(
            MatrixProduct.single(batch, layer.inputs(), rows, false, false),
            e,
            CudaMemory.source(parameters.weights()),
            CudaMemory.target(inputGradient));
      }
      multiply(
          MatrixProduct.single(rows, layer.inputs(), batch, true, false),
          e,
          CudaMemory.source(input),
          CudaMemory.target(gradients.weights()));
      multiply(
          MatrixProduct.single(1, rows, batch, false, false),
          resources.ones().address(batch),
          e,
          CudaMemory.target(gradients.bias()));
    }
  }

  private void multiply(MatrixProduct product, long left, long right, long result) {
    resources.products().multiply(product, left, right, result, resources.stream());
  }
}
