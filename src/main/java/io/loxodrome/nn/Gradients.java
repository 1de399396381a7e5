package io.loxodrome.nn;

import io.loxodrome.autograd.GradientTargets;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.ElementwiseOperators;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the gradients of a layer go on the way back, in the operators' terms. */
final class Gradients {
  private Gradients() {}

  /**
   * To the parameters.
   *
   * @param weights which of the operation's inputs they are
   * @param bias which it is
   * @return null if nobody needs them
   */
  static @Nullable MixtureGradients wanted(GradientTargets targets, int weights, int bias) {
    Tensor weightGradient = targets.wanted(weights);
    Tensor biasGradient = targets.wanted(bias);
    return weightGradient == null || biasGradient == null
        ? null
        : new MixtureGradients(weightGradient, biasGradient);
  }

  /**
   * To the rows of a factor, weights first.
   *
   * @param rows each B x the size of a basis point
   */
  static MixtureGradients rows(List<Tensor> rows, Shape weightShape, Shape biasShape) {
    return new MixtureGradients(row(rows.get(0), weightShape), row(rows.get(1), biasShape));
  }

  private static Tensor row(Tensor rows, Shape shape) {
    return rows.reshape(shape.under(rows.shape().dimension(0)));
  }

  /**
   * Back through an activation.
   *
   * @param output what it gave
   * @param outputGradient not changed
   * @param preActivationGradient written, of the same shape
   */
  static void throughActivation(
      Device device,
      Activation activation,
      Tensor output,
      Tensor outputGradient,
      Tensor preActivationGradient) {
    ElementwiseOperators operators = device.operators().elementwise();
    switch (activation) {
      case NONE -> operators.copy(outputGradient, preActivationGradient);
      case RELU -> operators.reluBackward(output, outputGradient, preActivationGradient);
    }
  }
}
