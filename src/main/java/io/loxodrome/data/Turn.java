package io.loxodrome.data;

/** Holds what an angle is allowed to be: a fraction of a full turn in [0, 1). */
final class Turn {
  private Turn() {}

  /** Refuses what is no angle. */
  static void check(double s) {
    if (!(s >= 0 && s < 1)) {
      throw new IllegalArgumentException(
          "angle is " + s + " of a full turn, expected at least 0 and below 1");
    }
  }
}
