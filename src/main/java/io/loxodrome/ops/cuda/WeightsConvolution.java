package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.WeightShape;
import io.loxodrome.ops.Convolution;

/**
 * Weights mixed for each example, W_i = sum_k a_ik P_k, and each convolution a product of W_i and
 * the image unfolded: not n times the work.
 */
final class WeightsConvolution extends MixedConvolution {
  private final CudaResources resources;
  private final WindowProducts products;
  private final WeightMixing mixing;

  WeightsConvolution(CudaResources resources, WindowProducts products, ConvolutionTail tail) {
    super(resources, tail);
    this.resources = resources;
    this.products = products;
    this.mixing = new WeightMixing(resources);
  }

  private static long weights(Convolution layer) {
    return layer.weightShape().size();
  }

  private static WeightShape weightShape(Convolution layer, Parameters parameters) {
    return new WeightShape(parameters.batch(), parameters.basisSize(), weights(layer));
  }

  private Scratch weightsPerExample(Convolution layer, Parameters parameters) {
    return resources.memory().floats(parameters.batch() * weights(layer));
  }

  private void mix(Convolution layer, Parameters parameters, Scratch weights) {
    mixing.mix(
        weightShape(layer, parameters),
        parameters.coefficients(),
        parameters.weights(),
        weights.address());
  }

  @Override
  void convolve(Convolution layer, Parameters parameters, long input, long convolved) {
    try (Scratch weights = weightsPerExample(layer, parameters)) {
      mix(layer, parameters, weights);
      products.forward(
          unstacked(layer, parameters),
          input,
          weights.address(),
          weights(layer),
          convolved,
          resources.stream());
    }
  }

  @Override
  void weightGradient(
      Convolution layer,
      Parameters parameters,
      long input,
      long convolvedGradient,
      long weightGradient) {
    try (Scratch perExample = weightsPerExample(layer, parameters)) {
      products.backwardFilters(
          unstacked(layer, parameters),
          input,
          convolvedGradient,
          perExample.address(),
          resources.stream());
      mixing.mixBackward(
          weightShape(layer, parameters),
          parameters.coefficients(),
          perExample.address(),
          weightGradient);
    }
  }

  @Override
  void inputGradient(
      Convolution layer, Parameters parameters, long convolvedGradient, long inputGradient) {
    try (Scratch weights = weightsPerExample(layer, parameters)) {
      mix(layer, parameters, weights);
      products.backwardInput(
          unstacked(layer, parameters),
          weights.address(),
          weights(layer),
          convolvedGradient,
          inputGradient,
          resources.stream());
    }
  }
}
