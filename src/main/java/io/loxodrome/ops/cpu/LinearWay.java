package io.loxodrome.ops.cpu;

import org.jspecify.annotations.Nullable;

/**
 * How the weights of linear layers are applied by one {@link io.loxodrome.ops.MixPlan}; {@link
 * LinearFrame} adds bias and activation.
 *
 * <p>Batches are row-major and contiguous.
 */
interface LinearWay {
  /**
   * z_i += sum_k a_ik P_k x_i.
   *
   * @param x B x I
   * @param z B x O
   */
  void addOutputs(LinearCall call, NativeBlock x, NativeBlock z);

  /**
   * dP_k = sum_i a_ik e_i x_i^T and dx_i = sum_k a_ik P_k^T e_i.
   *
   * @param x B x I
   * @param e the gradient of z, B x O
   * @param dx written, B x I; null if nobody needs it
   * @param dp written, n x O x I; null if nobody needs it
   */
  void gradients(
      LinearCall call,
      NativeBlock x,
      NativeBlock e,
      @Nullable NativeBlock dx,
      @Nullable NativeBlock dp);
}
