package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Bias;
import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.Convolutions;
import io.loxodrome.ops.Convolution;

/**
 * All basis points' filters stacked: one convolution with n O outputs, then the mixture.
 *
 * <p>Backward, the mixture's gradient e_ik = a_ik d_i has n O channels, and the stacked filter
 * takes it to dx and dP at once.
 */
final class OutputsConvolution implements Way<Convolution> {
  private final CudaResources resources;
  private final Convolutions convolutions;
  private final ConvolutionTail tail;

  OutputsConvolution(CudaResources resources, Convolutions convolutions, ConvolutionTail tail) {
    this.resources = resources;
    this.convolutions = convolutions;
    this.tail = tail;
  }

  private static ConvolutionShape shape(Convolution layer, Parameters parameters) {
    return ConvolutionShapes.of(layer, parameters.batch(), 1, parameters.basisSize());
  }

  @Override
  public void forward(Convolution layer, Parameters parameters, Activations activations) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch convolved = resources.memory().floats(shape.outputSize())) {
      convolutions.forward(
          shape,
          activations.input(),
          parameters.weights(),
          convolved.address(),
          resources.stream());
      PreActivations parts =
          new PreActivations(
              parameters.basisSize(),
              parameters.coefficients(),
              Bias.ofBasisPoints(parameters.bias()));
      tail.forward(layer, parameters.batch(), parts, convolved.address(), activations);
    }
  }

  @Override
  public void backward(
      Convolution layer, Parameters parameters, Activations activations, Gradients gradients) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch expanded = resources.memory().floats(shape.outputSize())) {
      tail.backward(
          layer,
          parameters.batch(),
          parameters.basisSize(),
          parameters.coefficients(),
          activations,
          gradients.output(),
          expanded.address());
      if (gradients.input() != 0) {
        convolutions.backwardInput(
            shape, parameters.weights(), expanded.address(), gradients.input(), resources.stream());
      }
      convolutions.backwardFilter(
          shape, activations.input(), expanded.address(), gradients.weights(), resources.stream());
    }
  }
}
