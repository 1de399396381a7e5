package io.loxodrome.riemann;

/**
 * How fast two trainings of one module approach each other in its metric: lam_min(M^-1 H), so that
 * their distance falls by the factor 1 - eta lam_min a step or faster, as long as eta is at most 2
 * / (lam_min + lam_max). A negative rate means that they may part.
 *
 * @param module its name
 * @param value lam_min(M^-1 H), in the directions that the assumption names
 * @param largest lam_max(M^-1 H), in the same directions: a step is stable below 2 / lam_max
 * @param assumption what has to hold
 */
public record ContractionRate(String module, double value, double largest, String assumption)
    implements Estimate {
  public ContractionRate {
    Check.finite("contraction rate of " + module, value);
    Check.finite("largest rate of " + module, largest);
  }

  /**
   * The rate at one point.
   *
   * @param metric M, positive definite
   * @param hessian H of the loss, as large
   * @throws IllegalArgumentException if the sizes differ or M is not positive definite
   */
  public static ContractionRate of(String module, SymmetricMatrix metric, SymmetricMatrix hessian) {
    SymmetricMatrix relative = hessian.between(inverseRoot(module, metric, hessian.size()));
    return new ContractionRate(
        module,
        relative.smallest(),
        relative.largest(),
        "metric and second derivatives are everywhere what they are at this point");
  }

  /** M^-1/2. */
  static SymmetricMatrix inverseRoot(String module, SymmetricMatrix metric, int size) {
    if (metric.size() != size) {
      throw new IllegalArgumentException(
          "the metric of %s is a %s, H has %d rows there".formatted(module, metric, size));
    }
    if (!(metric.smallest() > 0)) {
      throw new IllegalArgumentException(
          "the metric of %s has the eigenvalue %s, must be positive definite; add mu to it"
              .formatted(module, metric.smallest()));
    }
    return metric.mapped(x -> 1 / Math.sqrt(x));
  }

  @Override
  public String name() {
    return "contraction rate of " + module;
  }

  @Override
  public String key() {
    return "rate." + module;
  }

  @Override
  public String toString() {
    return text();
  }
}
