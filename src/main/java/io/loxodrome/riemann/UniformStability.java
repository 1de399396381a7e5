package io.loxodrome.riemann;

/**
 * By how much the loss of any example changes if one of n training examples is replaced by another:
 * at most 2 kappa^2 L^2 / (xi mu n).
 *
 * @param kappa the longest gradient of an output in the parameters, in D's metric, at least 0
 * @param lipschitz L, the steepest slope of the loss in the outputs, at least 0
 * @param rate xi, the contraction rate; with 0 or less nothing follows
 * @param mu the metric's share of D, at least 0; with 0 nothing follows
 * @param examples n, at least 1
 */
public record UniformStability(
    double kappa, double lipschitz, double rate, double mu, long examples) implements Estimate {
  public UniformStability {
    StabilityTerms.require(kappa, lipschitz, rate, mu, examples);
  }

  @Override
  public String name() {
    return "uniform stability, at most";
  }

  @Override
  public String key() {
    return "stability.uniform";
  }

  @Override
  public double value() {
    return StabilityTerms.bound(
        rate, mu, 2 * kappa * kappa * lipschitz * lipschitz / (rate * mu * examples));
  }

  @Override
  public String assumption() {
    return StabilityTerms.assumption(kappa, lipschitz, rate);
  }

  @Override
  public String toString() {
    return text();
  }
}
