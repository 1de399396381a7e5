package io.loxodrome.riemann;

/**
 * How far the outputs of a trained network are from those it would have had, had it seen all data
 * there is: at most kappa^2 L / (xi mu sqrt n).
 *
 * @param kappa the longest gradient of an output in the parameters, in D's metric, at least 0
 * @param lipschitz L, the steepest slope of the loss in the outputs, at least 0
 * @param rate xi, the contraction rate; with 0 or less nothing follows
 * @param mu the metric's share of D, at least 0; with 0 nothing follows
 * @param examples n, at least 1
 */
public record OutputStability(double kappa, double lipschitz, double rate, double mu, long examples)
    implements Estimate {
  public OutputStability {
    StabilityTerms.require(kappa, lipschitz, rate, mu, examples);
  }

  @Override
  public String name() {
    return "output stability, at most";
  }

  @Override
  public String key() {
    return "stability.output";
  }

  @Override
  public double value() {
    return StabilityTerms.bound(
        rate, mu, kappa * kappa * lipschitz / (rate * mu * Math.sqrt((double) examples)));
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
