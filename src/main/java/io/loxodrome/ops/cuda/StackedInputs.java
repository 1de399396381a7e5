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
import io.loxodrome.ops.Mixture;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The input stacked once for each basis point, scaled by its coefficient: one convolution with n I
 * inputs does the mixing, sum_k P_k * (a_ik x_i).
 *
 * <p>P's first two axes change places for it, n x O x I to O x n x I. Backward, the stacked input
 * is made again, which costs less than keeping it, and dx_i = sum_k a_ik dx_ik.
 */
final class StackedInputs implements ConvolutionPlan {
  private final CudaResources resources;
  private final Convolutions convolutions;
  private final ConvolutionTail tail;
  private final BasisMix mixing;
  private final Elementwise elementwise;

  StackedInputs(CudaResources resources, Convolutions convolutions, ConvolutionTail tail) {
    this.resources = resources;
    this.convolutions = convolutions;
    this.tail = tail;
    this.mixing = new BasisMix(resources.kernels());
    this.elementwise = new Elementwise(resources.kernels());
  }

  private static ConvolutionShape shape(Convolution layer, Mixture parameters) {
    return new ConvolutionShape(
        parameters.batch(),
        Math.multiplyExact(parameters.basisSize(), layer.inputs()),
        layer.outputs(),
        layer.height(),
        layer.width(),
        layer.kernel(),
        layer.stride(),
        layer.padding());
  }

  private static MixShape inputShape(Convolution layer, Mixture parameters) {
    long positions = (long) layer.height() * layer.width();
    return new MixShape(parameters.batch(), parameters.basisSize(), layer.inputs(), positions);
  }

  /** a_ik x_i, B x n x I x H x W, into {@code stacked}. */
  private void stack(Convolution layer, Mixture parameters, Tensor input, Scratch stacked) {
    mixing.expand(
        inputShape(layer, parameters),
        Storage.FLOAT32,
        CudaMemory.source(parameters.coefficients()),
        CudaMemory.source(input),
        0,
        stacked.address(),
        resources.stream());
  }

  /** P as O x n x I x kernel x kernel, into {@code filter}. */
  private void turn(Convolution layer, Mixture parameters, Scratch filter) {
    elementwise.swapAxes(
        CudaMemory.source(parameters.weights()),
        filter.address(),
        parameters.basisSize(),
        layer.outputs(),
        rowLength(layer),
        resources.stream());
  }

  private static long rowLength(Convolution layer) {
    return (long) layer.inputs() * layer.kernel() * layer.kernel();
  }

  @Override
  public void forward(
      Convolution layer, Mixture parameters, Tensor input, Tensor output, @Nullable Tensor trace) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch stacked = resources.memory().floats(shape.inputSize());
        Scratch filter = resources.memory().floats(parameters.weights().size());
        Scratch bias = tail.biasPerExample(layer, parameters);
        Scratch convolved = resources.memory().floats(shape.outputSize())) {
      stack(layer, parameters, input, stacked);
      turn(layer, parameters, filter);
      tail.mixBias(layer, parameters, bias);
      convolutions.forward(
          shape, stacked.address(), filter.address(), convolved.address(), resources.stream());
      tail.forward(
          layer,
          parameters.batch(),
          tail.mixed(parameters, bias),
          convolved.address(),
          output,
          trace);
    }
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
      Tensor weightGradient) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch convolvedGradient = resources.memory().floats(shape.outputSize())) {
      tail.backwardOfMixed(
          layer, parameters.batch(), output, trace, outputGradient, convolvedGradient.address());
      weightGradient(layer, parameters, input, convolvedGradient.address(), weightGradient);
      if (inputGradient != null) {
        inputGradient(layer, parameters, convolvedGradient.address(), inputGradient);
      }
    }
  }

  private void weightGradient(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      long convolvedGradient,
      Tensor weightGradient) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch stacked = resources.memory().floats(shape.inputSize());
        Scratch filterGradient = resources.memory().floats(weightGradient.size())) {
      stack(layer, parameters, input, stacked);
      convolutions.backwardFilter(
          shape,
          stacked.address(),
          convolvedGradient,
          filterGradient.address(),
          resources.stream());
      elementwise.swapAxes(
          filterGradient.address(),
          CudaMemory.target(weightGradient),
          layer.outputs(),
          parameters.basisSize(),
          rowLength(layer),
          resources.stream());
    }
  }

  private void inputGradient(
      Convolution layer, Mixture parameters, long convolvedGradient, Tensor inputGradient) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch filter = resources.memory().floats(parameters.weights().size());
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
          CudaMemory.source(parameters.coefficients()),
          stackedGradient.address(),
          Bias.NONE,
          CudaMemory.target(inputGradient),
          resources.stream());
    }
  }
}
