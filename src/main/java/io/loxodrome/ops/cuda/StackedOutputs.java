package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Bias;
import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.Convolutions;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Mixture;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * All basis points' filters stacked: one convolution with n O outputs, then the mixture.
 *
 * <p>Backward, the mixture's gradient e_ik = a_ik d_i has n O channels, and the stacked filter
 * takes it to dx and dP at once.
 */
final class StackedOutputs implements ConvolutionPlan {
  private final CudaResources resources;
  private final Convolutions convolutions;
  private final ConvolutionTail tail;

  StackedOutputs(CudaResources resources, Convolutions convolutions, ConvolutionTail tail) {
    this.resources = resources;
    this.convolutions = convolutions;
    this.tail = tail;
  }

  private static ConvolutionShape shape(Convolution layer, Mixture parameters) {
    return new ConvolutionShape(
        parameters.batch(),
        layer.inputs(),
        Math.multiplyExact(parameters.basisSize(), layer.outputs()),
        layer.height(),
        layer.width(),
        layer.kernel(),
        layer.stride(),
        layer.padding());
  }

  @Override
  public void forward(
      Convolution layer, Mixture parameters, Tensor input, Tensor output, @Nullable Tensor trace) {
    ConvolutionShape shape = shape(layer, parameters);
    try (Scratch convolved = resources.memory().floats(shape.outputSize())) {
      convolutions.forward(
          shape,
          CudaMemory.source(input),
          CudaMemory.source(parameters.weights()),
          convolved.address(),
          resources.stream());
      PreActivations parts =
          new PreActivations(
              parameters.basisSize(),
              CudaMemory.source(parameters.coefficients()),
              Bias.ofBasisPoints(CudaMemory.source(parameters.bias())));
      tail.forward(layer, parameters.batch(), parts, convolved.address(), output, trace);
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
    try (Scratch expanded = resources.memory().floats(shape.outputSize())) {
      tail.backward(
          layer,
          parameters.batch(),
          parameters.basisSize(),
          CudaMemory.source(parameters.coefficients()),
          output,
          trace,
          outputGradient,
          expanded.address());
      if (inputGradient != null) {
        convolutions.backwardInput(
            shape,
            CudaMemory.source(parameters.weights()),
            expanded.address(),
            CudaMemory.target(inputGradient),
            resources.stream());
      }
      convolutions.backwardFilter(
          shape,
          CudaMemory.source(input),
          expanded.address(),
          CudaMemory.target(weightGradient),
          resources.stream());
    }
  }
}
