package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.BasisMix;
import io.loxodrome.cuda.Bias;
import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.Convolutions;
import io.loxodrome.cuda.Elementwise;
import io.loxodrome.cuda.Epilogue;
import io.loxodrome.cuda.MixShape;
import io.loxodrome.cuda.Storage;
import io.loxodrome.ops.Convolution;

/**
 * The input stacked once for each basis point, scaled by its coefficient: one convolution with n I
 * inputs does the mixing, sum_k P_k * (a_ik x_i).
 *
 * <p>P's first two axes change places for it, n x O x I to O x n x I. Backward, the stacked input
 * is made again, which costs less than keeping it, and dx_i = sum_k a_ik dx_ik.
 */
final class InputsConvolution extends MixedConvolution {
  private final CudaResources resources;
  private final Convolutions convolutions;
  private final BasisMix mixing;
  private final Elementwise elementwise;

  InputsConvolution(CudaResources resources, Convolutions convolutions, ConvolutionTail tail) {
    super(resources, tail);
    this.resources = resources;
    this.convolutions = convolutions;
    this.mixing = new BasisMix(resources.kernels());
    this.elementwise = new Elementwise(resources.kernels());
  }

  private static ConvolutionShape shape(Convolution layer, Parameters parameters) {
    return ConvolutionShapes.of(layer, parameters.batch(), parameters.basisSize(), 1);
  }

  private static MixShape inputShape(Convolution layer, Parameters parameters) {
    long positions = (long) layer.height() * layer.width();
    return new MixShape(parameters.batch(), parameters.basisSize(), layer.inputs(), positions);
  }

  /** a_ik x_i, B x n x I x H x W, into {@code stacked}. */
  private void stack(Convolution layer, Parameters parameters, long input, Scratch stacked) {
    mixing.expand(
        inputShape(layer, parameters),
        Storage.FLOAT32,
        parameters.coefficients(),
        input,
        0,
        stacked.address(),
        resources.stream());
  }

  /** P as O x n x I x kernel x kernel, into {@code filter}. */
  private void turn(Convolution layer, Parameters parameters, Scratch filter) {
    elementwise.swapAxes(
        parameters.weights(),
        filter.address(),
        parameters.basisSize(),
        layer.outputs(),
        rowLength(layer),
        resources.stream());
  }

  private static long rowLength(Convolution layer) {
    return (long) layer.inputs() * layer.kernel() * layer.kernel();
  }

  private static long filterSize(Convolution layer, Parameters parameters) {
    return parameters.basisSize() * layer.weightShape().size();
  }

  @Override
  void convolve(Convolution layer, Parameters parameters, long input, long convolved) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch stacked = resources.memory().floats(shape.inputSize());
        Scratch filter = resources.memory().floats(filterSize(layer, parameters))) {
      stack(layer, parameters, input, stacked);
      turn(layer, parameters, filter);
      convolutions.forward(
          shape, stacked.address(), filter.address(), convolved, resources.stream());
    }
  }

  @Override
  void weightGradient(
      Convolution layer,
      Parameters parameters,
      long input,
      long convolvedGradient,
      long weightGradient) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch stacked = resources.memory().floats(shape.inputSize());
        Scratch filterGradient = resources.memory().floats(filterSize(layer, parameters))) {
      stack(layer, parameters, input, stacked);
      convolutions.backwardFilter(
          shape,
          stacked.address(),
          convolvedGradient,
          filterGradient.address(),
          resources.stream());
      elementwise.swapAxes(
          filterGradient.address(),
          weightGradient,
          layer.outputs(),
          parameters.basisSize(),
          rowLength(layer),
          resources.stream());
    }
  }

  @Override
  void inputGradient(
      Convolution layer, Parameters parameters, long convolvedGradient, long inputGradient) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch filter = resources.memory().floats(filterSize(layer, parameters));
        Scratch stackedGradient = resources.memory().floats(shape.inputSize())) {
      turn(layer, parameters, filter);
      convolutions.backwardInput(
          shape,
          filter.address(),
          convolvedGradient,
          stackedGradient.address(),
          resources.stream());
      mixing.reduce(
          inputShape(layer, parameters),
          Storage.FLOAT32,
          Epilogue.NONE,
          parameters.coefficients(),
          stackedGradient.address(),
          Bias.NONE,
          inputGradient,
          resources.stream());
    }
  }
}
