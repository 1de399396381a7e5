package io.loxodrome.riemann;

/**
 * The contraction rate of all modules at once, not bounded through pairs: the smallest eigenvalue
 * of the block-diagonal metric's M^-1 K K^T in the directions that a batch sees, which are those of
 * sum_l K_l^T M_l^-1 K_l, a matrix with one row for each column of K.
 *
 * @param value the smallest eigenvalue
 * @param largest the largest, at most the number of modules: a step is stable below 2 / largest
 * @param assumption what has to hold
 */
public record JointRate(double value, double largest, String assumption) implements Estimate {
  public JointRate {
    Check.finite("joint rate", value);
    Check.finite("largest joint rate", largest);
  }

  @Override
  public String name() {
    return "joint contraction rate";
  }

  @Override
  public String key() {
    return "rate.joint";
  }

  @Override
  public String toString() {
    return text();
  }
}
