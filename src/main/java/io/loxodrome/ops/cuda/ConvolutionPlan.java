package io.loxodrome.ops.cuda;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Mixture;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** One of the exact ways to convolve a batch with weights that differ by example; B at least 1. */
sealed interface ConvolutionPlan permits StackedOutputs, StackedInputs, MixedWeights {
  /** As {@link io.loxodrome.ops.ConvolutionOperators#forward}. */
  void forward(
      Convolution layer, Mixture parameters, Tensor input, Tensor output, @Nullable Tensor trace);

  /**
   * As {@link io.loxodrome.ops.ConvolutionOperators#backward}, the bias's gradient left out.
   *
   * @param weightGradient dP, written
   */
  void backward(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      Tensor weightGradient);
}
