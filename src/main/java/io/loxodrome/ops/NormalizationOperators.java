package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Normalisation layers whose gains and shifts lie on a manifold, and modulation by gains and shifts
 * that something else computed.
 */
public interface NormalizationOperators {
  /**
   * y_icp = gain_ic xhat_icp + shift_ic, where xhat_i = (x_i - mean_i) / sqrt(variance_i + epsilon)
   * over all elements of example i, gain_ic = sum_k a_ik gain_kc, and shift_ic likewise.
   *
   * @param parameters a, gains (n x C, as weights) and shifts (n x C, as bias)
   * @param input x, B x C x any extents of P elements in all
   * @param output y, written, shaped as x
   * @param moments written for backward
   */
  void forward(
      LayerNormalization layer, Mixture parameters, Tensor input, Tensor output, Moments moments);

  /**
   * Gradients of {@link #forward} from dL/dy. With h = gain dy and means over example i:
   *
   * <pre>  dx = (h - mean(h) - xhat mean(h xhat)) / sqrt(variance + epsilon)
   *  dgain_kc = sum_i a_ik sum_p dy_icp xhat_icp,  dshift_kc = sum_i a_ik sum_p dy_icp</pre>
   *
   * @param parameters as in forward
   * @param input x as in forward
   * @param moments as forward left them
   * @param outputGradient dL/dy
   * @param inputGradient dL/dx, written; null if nobody needs it
   * @param gradients of gains (as weights) and shifts (as bias), written; null if nobody needs them
   */
  void backward(
      LayerNormalization layer,
      Mixture parameters,
      Tensor input,
      Moments moments,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients);

  /**
   * Feature-wise linear modulation: y_icp = (1 + g_ic) x_icp + b_ic.
   *
   * @param input x, B x C x any
   * @param gains g, B x C
   * @param shifts b, B x C
   * @param output y, written, shaped as x
   */
  void modulate(Tensor input, Tensor gains, Tensor shifts, Tensor output);

  /**
   * Gradients of {@link #modulate} from dL/dy: dx_icp = (1 + g_ic) dy_icp, dg_ic = sum_p dy_icp
   * x_icp and db_ic = sum_p dy_icp.
   *
   * @param input x as in modulate
   * @param gains g as in modulate
   * @param outputGradient dL/dy
   * @param inputGradient dL/dx, written; null if nobody needs it
   * @param gainGradient dL/dg, written
   * @param shiftGradient dL/db, written
   */
  void modulateBackward(
      Tensor input,
      Tensor gains,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      Tensor gainGradient,
      Tensor shiftGradient);
}
