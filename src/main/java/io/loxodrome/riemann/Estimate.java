package io.loxodrome.riemann;

import java.util.Locale;

/**
 * A number that says something about training under assumptions that nobody has checked: an
 * estimate, no certificate.
 */
public sealed interface Estimate
    permits ContractionRate, ComposedRate, JointRate, OutputStability, UniformStability, TwinRate {
  /** What is estimated, for people. */
  String name();

  /** A short name for logs that programs read, of lower-case letters, digits, _ and dots. */
  String key();

  /** The estimate; infinite where nothing follows, never NaN. */
  double value();

  /** What has to hold for it to say anything, as a clause. */
  String assumption();

  /** Name, value and assumption in one line. */
  default String text() {
    return String.format(Locale.ROOT, "%s: %.4g (estimate, if %s)", name(), value(), assumption());
  }
}
