package io.loxodrome.ops;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.tensor.Tensor;

/** Coefficients of a manifold, and per-example mixtures of basis points. */
public interface MixingOperators {
  /**
   * a_ik = a_k(s_i).
   *
   * @param s conditioning values, B x d
   * @param coefficients written, B x n
   * @throws IllegalArgumentException if a value is NaN or out of range
   */
  void coefficients(WeightManifold manifold, Tensor s, Tensor coefficients);

  /**
   * W_i = sum_k a_ik P_k.
   *
   * @param coefficients a, B x n
   * @param basis P, n x any
   * @param mixed W, written, B x any
   */
  void mix(Tensor coefficients, Tensor basis, Tensor mixed);

  /**
   * dP_k = sum_i a_ik dW_i.
   *
   * @param coefficients a, B x n
   * @param mixedGradient dW, B x any
   * @param basisGradient dP, written, n x any
   */
  void mixBackward(Tensor coefficients, Tensor mixedGradient, Tensor basisGradient);
}
