package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** How linear layers are applied by one {@link io.loxodrome.ops.MixPlan}. */
interface LinearWay {
  /**
   * As {@link io.loxodrome.ops.LinearOperators#forward}.
   *
   * @param rows of the coefficients
   */
  void forward(Linear layer, MixtureRows rows, Mixture parameters, Tensor input, Tensor output);

  /**
   * As {@link io.loxodrome.ops.LinearOperators#backward}.
   *
   * @param rows of the coefficients
   */
  void backward(
      Linear layer,
      MixtureRows rows,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      MixtureGradients gradients);
}
