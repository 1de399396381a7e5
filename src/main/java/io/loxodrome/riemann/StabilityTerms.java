package io.loxodrome.riemann;

import java.util.Locale;

/** What the two stability bounds have in common: their ranges, and what they assume. */
final class StabilityTerms {
  private StabilityTerms() {}

  static void require(double kappa, double lipschitz, double rate, double mu, long examples) {
    Check.notNegative("kappa", kappa);
    Check.notNegative("Lipschitz constant", lipschitz);
    Check.finite("contraction rate", rate);
    Check.notNegative("mu", mu);
    Check.atLeastOne("examples", examples);
  }

  /** The bound, infinite where no contraction is known. */
  static double bound(double rate, double mu, double value) {
    return rate > 0 && mu > 0 ? value : Double.POSITIVE_INFINITY;
  }

  static String assumption(double kappa, double lipschitz, double rate) {
    return String.format(
        Locale.ROOT,
        "training contracts at rate %.3g, gradients of an output are no longer than %.3g and the"
            + " loss no steeper than %.3g wherever training comes, and it ends where it stands still",
        rate,
        kappa,
        lipschitz);
  }
}
