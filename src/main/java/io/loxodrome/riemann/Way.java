package io.loxodrome.riemann;

/** The exact, equivalent ways to come to M^-1 g for a module. */
public enum Way {
  /** Every column in full, N x p, and by them S, N x N. */
  ROWS,
  /**
   * The columns of a layer that multiplies, sum_l e_il x_il^T over its positions, as their factors,
   * which are multiplied pair by pair for S.
   */
  PRODUCTS,
  /** Every column in full, and by them M itself, n p x n p. */
  DENSE
}
