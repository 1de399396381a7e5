package io.loxodrome.nn;

import io.loxodrome.autograd.GradientTargets;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the gradients of a layer's weights and bias go, in the operators' terms. */
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
}
