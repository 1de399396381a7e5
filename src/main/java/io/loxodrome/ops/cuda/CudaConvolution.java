package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Convolutions;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.ConvolutionOperators;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Convolution layers by the plan that moves least: where a library convolves, outputs or inputs are
 * stacked for all basis points, whichever are fewer; where none does, weights are mixed and
 * convolutions are products.
 */
final class CudaConvolution implements ConvolutionOperators {
  private final Device device;
  private final CudaResources resources;
  private final ConvolutionTail tail;
  private final MixedWeights weights;
  private final @Nullable StackedOutputs outputs;
  private final @Nullable StackedInputs inputs;

  CudaConvolution(Device device, CudaResources resources) {
    this.device = device;
    this.resources = resources;
    this.tail = new ConvolutionTail(resources);
    this.weights = new MixedWeights(resources, tail);
    Convolutions library = resources.convolutions();
    this.outputs = library == null ? null : new StackedOutputs(resources, library, tail);
    this.inputs = library == null ? null : new StackedInputs(resources, library, tail);
  }

  private ConvolutionPlan plan(Convolution layer) {
    if (outputs == null || inputs == null) {
      return weights;
    }
    long read = (long) layer.inputs() * layer.height() * layer.width();
    long written = (long) layer.outputs() * layer.convolvedHeight() * layer.convolvedWidth();
    return written <= read ? outputs : inputs;
  }

  @Override
  public Tensor allocateTrace(Convolution layer, int batch) {
    return ConvolutionTail.allocateTrace(device, layer, batch);
  }

  @Override
  public void forward(
      Convolution layer, Mixture parameters, Tensor input, Tensor output, @Nullable Tensor trace) {
    if (parameters.batch() > 0) {
      plan(layer).forward(layer, parameters, input, output, trace);
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
      MixtureGradients gradients) {
    if (parameters.batch() == 0) {
      Zeros.write(resources, gradients);
      return;
    }
    tail.biasGradient(layer, parameters, output, outputGradient, gradients.bias());
    plan(layer)
        .backward(
            layer,
            parameters,
            input,
            output,
            trace,
            outputGradient,
            inputGradient,
            gradients.weights());
  }
}
