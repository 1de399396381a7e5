package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Convolution layers whose weights lie on a manifold, with their activation and pooling. */
public interface ConvolutionOperators {
  /**
   * Space for what {@link #backward} needs to know of {@link #forward} besides x and y, such as
   * which element each pooling window chose; contents and layout are the backend's own. It has no
   * room where a layer pools nothing.
   */
  Tensor allocateTrace(Convolution layer, int batch);

  /**
   * y_i = maxpool(act(sum_k a_ik (P_k * x_i + b_k))).
   *
   * @param parameters a, P (n x outputs x inputs x kernel x kernel) and b (n x outputs)
   * @param input x, B x inputs x height x width
   * @param output y, written, B x outputs x output height x output width
   * @param trace written for backward; null if there will be none
   */
  void forward(
      Convolution layer, Mixture parameters, Tensor input, Tensor output, @Nullable Tensor trace);

  /**
   * Gradients of {@link #forward} from dL/dy. Where a pooling window's maximum is tied the first
   * element, in row order, has the gradient; at a pre-activation of 0 the ReLU has none.
   *
   * @param parameters as in forward
   * @param input x as in forward
   * @param output y as forward left it
   * @param trace as forward left it
   * @param outputGradient dL/dy
   * @param inputGradient dL/dx, written; null if nobody needs it
   * @param gradients written; null if nobody needs them
   */
  void backward(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients);

  /**
   * The parameters' gradients of {@link #backward} with the examples kept apart.
   *
   * @param parameters as in forward
   * @param input x as in forward
   * @param output y as forward left it
   * @param trace as forward left it
   * @param outputGradient dL/dy
   * @param rows written: the gradients of W(s_i), B x outputs x inputs x kernel x kernel, and of
   *     b(s_i), B x outputs
   */
  void exampleGradients(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      MixtureGradients rows);

  /**
   * What each position of an image sees of it: patches_i[(r, c)][(j, u, v)] = x_i[j, r stride + u -
   * padding, c stride + v - padding], 0 outside. With it the convolution is W_i patches_i^T.
   *
   * @param input x, B x inputs x height x width
   * @param patches written, B x positions x window
   */
  void unfold(Convolution layer, Tensor input, Tensor patches);

  /**
   * What the layer costs by each plan this device has for it, on a batch with these coefficients;
   * empty where it has one way only. Takes a while: each is run a few times.
   *
   * @param parameters a, P and b; nothing is written
   */
  default List<PlanCost> planCosts(Convolution layer, Mixture parameters) {
    return List.of();
  }
}
