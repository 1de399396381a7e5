package io.loxodrome.ops;

import java.util.Locale;

/**
 * The exact, equivalent ways to apply W(s_i) = sum_k a_ik P_k to an example x_i; they differ in
 * what they compute and what they move, not in the result.
 *
 * <p>For a layer of I inputs and O outputs at L positions (1 for a linear layer) the multiply-adds
 * of an example are given with each.
 */
public enum MixPlan {
  /** y_k = P_k x for all k, then sum_k a_k y_k: n I O L. */
  OUTPUTS,
  /** One product of the stacked (a_k x) with the stacked P_k: n I O L. */
  INPUTS,
  /** W(s_i) of each example, then W(s_i) x: n I O + I O L. */
  WEIGHTS,
  /**
   * OUTPUTS for each group of examples whose non-zero coefficients are the same ones, with those
   * basis points alone: 4 I O L on a cubic spline.
   */
  SPANS,
  /** W(s) once for each distinct row of coefficients: I O L, and n I O per distinct row. */
  SHARED;

  /** How users write it, as in {@code cpu:weights}. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }
}
