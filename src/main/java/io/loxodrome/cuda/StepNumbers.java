package io.loxodrome.cuda;

/** Checks that the numbers of all optimisers' steps share. */
final class StepNumbers {
  private StepNumbers() {}

  static void requireFraction(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + " is " + value + ", must be in [0, 1)");
    }
  }

  static void requireCommon(double learningRate, double decay, double scale) {
    requireFinite("learning rate", learningRate);
    requireFinite("scale", scale);
    if (!(decay >= 0) || !Double.isFinite(decay)) {
      throw new IllegalArgumentException("decay is " + decay + ", must be at least 0");
    }
  }

  private static void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " is " + value + ", must be finite");
    }
  }
}
