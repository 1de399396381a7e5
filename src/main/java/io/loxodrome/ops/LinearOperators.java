package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Linear layers whose weights lie on a manifold. */
public interface LinearOperators {
  /**
   * y_i = act(sum_k a_ik (P_k x_i + b_k)), mixed at the pre-activations, bias included.
   *
   * @param parameters a, P (n x O x I) and b (n x O)
   * @param input x, B x I
   * @param output y, written, B x O
   */
  void forward(Linear layer, Mixture parameters, Tensor input, Tensor output);

  /**
   * Gradients of {@link #forward} from dL/dy.
   *
   * @param parameters as in forward
   * @param input x as in forward
   * @param output y as forward left it
   * @param outputGradient dL/dy, B x O
   * @param inputGradient dL/dx, written, B x I; null if nobody needs it
   * @param gradients written: dP_k = sum_i a_ik e_i x_i^T and db_k = sum_i a_ik e_i, where e_i is
   *     dL/dy_i behind the activation; null if nobody needs them
   */
  void backward(
      Linear layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients);

  /**
   * What the layer costs by each plan this device has for it, on a batch with these coefficients;
   * empty where it has one way only. Takes a while: each is run a few times.
   *
   * @param parameters a, P and b; nothing is written
   */
  default List<PlanCost> planCosts(Linear layer, Mixture parameters) {
    return List.of();
  }
}
