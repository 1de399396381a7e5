package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** How convolution layers are applied by one {@link io.loxodrome.ops.MixPlan}. */
interface ConvolutionWay {
  /**
   * As {@link io.loxodrome.ops.ConvolutionOperators#forward}; all operands are finite.
   *
   * @param rows of the coefficients
   */
  void forward(
      ConvolutionPlan plan,
      MixtureRows rows,
      Mixture parameters,
      Tensor input,
      Tensor output,
      @Nullable Tensor trace);

  /**
   * As {@link io.loxodrome.ops.ConvolutionOperators#backward} where somebody needs the parameters'
   * gradients.
   *
   * @param rows of the coefficients
   */
  void backward(
      ConvolutionPlan plan,
      MixtureRows rows,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      MixtureGradients gradients);
}
