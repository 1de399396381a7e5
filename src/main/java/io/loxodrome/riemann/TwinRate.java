package io.loxodrome.riemann;

import java.util.Arrays;

/**
 * The contraction rate that two trainings from nearby starts have shown: xi = (1 - rho) / eta where
 * rho is the factor by which their distance fell a step, fitted to all steps. On a quadratic loss
 * it approaches lam_min(M^-1 H).
 *
 * @param value xi; negative if they parted
 * @param steps how many it was fitted to, at least 1
 */
public record TwinRate(double value, int steps) implements Estimate {
  public TwinRate {
    Check.finite("twin rate", value);
    Check.atLeastOne("steps", steps);
  }

  /**
   * Fits the rate to distances: the line through their logarithms of least squares.
   *
   * @param distances before the first step and after each, at least 2 of them; all are fitted up to
   *     the first 0
   * @param learningRate eta, positive
   * @throws IllegalArgumentException if a distance is negative or not finite, or the twins were in
   *     one place from the first or second on
   */
  public static TwinRate fit(double[] distances, double learningRate) {
    Check.positive("learning rate", learningRate);
    double[] logarithms =
        Arrays.stream(distances)
            .peek(distance -> Check.notNegative("distance", distance))
            .takeWhile(distance -> distance > 0)
            .map(Math::log)
            .toArray();
    if (logarithms.length < 2) {
      throw new IllegalArgumentException(
          "twins were apart at %d of %d moments, a rate needs 2 in a row from the start"
              .formatted(logarithms.length, distances.length));
    }
    double factor = Math.exp(slope(logarithms));
    return new TwinRate((1 - factor) / learningRate, logarithms.length - 1);
  }

  private static double slope(double[] y) {
    double middle = (y.length - 1) / 2.0;
    double products = 0;
    double squares = 0;
    for (int i = 0; i < y.length; i++) {
      products += (i - middle) * y[i];
      squares += (i - middle) * (i - middle);
    }
    return products / squares;
  }

  @Override
  public String name() {
    return "contraction rate of twins";
  }

  @Override
  public String key() {
    return "rate.twins";
  }

  @Override
  public String assumption() {
    return "other starts, and the "
        + steps
        + " steps' other directions, contract as these two trainings did";
  }

  @Override
  public String toString() {
    return text();
  }
}
