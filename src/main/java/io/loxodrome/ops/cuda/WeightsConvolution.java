package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.WeightShape;
import io.loxodrome.ops.Convolution;

/**
 * Weights mixed for each example, W_i = sum_k a_ik P_k, and each convolution a product of W_i and
 * the image unfolded: not n times the work.
 */
final class WeightsConvolution implements Way<Convolution> {
  private final CudaResources resources;
  private final WindowProducts products;
  private final ConvolutionTail tail;
  private final WeightMixing mixing;

  WeightsConvolution(CudaResources resources, WindowProducts products, ConvolutionTail tail) {
    this.resources = resources;
    this.products = products;
    this.tail = tail;
    this.mixing = new WeightMixing(resources);
  }

  private static ConvolutionShape shape(Convolution layer, Parameters parameters) {
    return ConvolutionShapes.of(layer, parameters.batch(), 1, 1);
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
  public void forward(Convolution layer, Parameters parameters, Activations activations) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch weights = weightsPerExample(layer, parameters);
        Scratch bias = tail.biasPerExample(layer, parameters);
        Scratch convolved = resources.memory().floats(shape.outputSize())) {
      mix(layer, parameters, weights);
      tail.mixBias(layer, parameters, bias);
      products.forward(
          shape,
          activations.input(),
          weights.address(),
          weights(layer),
          convolved.address(),
          resources.stream());
      tail.forward(
          layer,
          parameters.batch(),
          tail.mixed(parameters, bias),
          convolved.address(),
          activations);
    }
  }

  @Override
  public void backward(
      Convolution layer, Parameters parameters, Activations activations, Gradients gradients) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch convolvedGradient = resources.memory().floats(shape.outputSize())) {
      long dy = convolvedGradient.address();
      tail.backwardOfMixed(layer, parameters.batch(), activations, gradients.output(), dy);
      weightGradient(layer, parameters, activations.input(), dy, gradients.weights());
      if (gradients.input() != 0) {
        inputGradient(layer, parameters, dy, gradients.input());
      }
    }
  }

  /** dP_k = sum_i a_ik dW_i. */
  private void weightGradient(
      Convolution layer,
      Parameters parameters,
      long input,
      long convolvedGradient,
      long weightGradient) {
    try (Scratch perExample = weightsPerExample(layer, parameters)) {
      products.backwardFilters(
          shape(layer, parameters),
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

  private void inputGradient(
      Convolution layer, Parameters parameters, long convolvedGradient, long inputGradient) {
    try (Scratch weights = weightsPerExample(layer, parameters)) {
      mix(layer, parameters, weights);
      products.backwardInput(
          shape(layer, parameters),
          weights.address(),
          weights(layer),
          convolvedGradient,
          inputGradient,
          resources.stream());
    }
  }
}
