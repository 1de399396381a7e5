package io.loxodrome.ops;

/** How far results are from what is expected. */
public final class Errors {
  private Errors() {}

  /** ||values - expected|| / ||expected||; 0 where both are 0; NaN if a value is NaN. */
  public static double relative(double[] values, double[] expected) {
    double error = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      error += (values[i] - expected[i]) * (values[i] - expected[i]);
      size += expected[i] * expected[i];
    }
    return error == 0 ? 0 : Math.sqrt(error / size);
  }

  /** ||values - expected||. */
  public static double absolute(double[] values, double[] expected) {
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      error += (values[i] - expected[i]) * (values[i] - expected[i]);
    }
    return Math.sqrt(error);
  }

  /** ||values||. */
  public static double norm(double[] values) {
    return absolute(values, new double[values.length]);
  }

  /** The element that is furthest off, in words. */
  public static String worst(double[] values, double[] expected) {
    int worst = 0;
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(values[i] - expected[i]) <= Math.abs(values[worst] - expected[worst]))) {
        worst = i;
      }
    }
    return expected.length == 0
        ? "no elements"
        : "element " + worst + " is " + values[worst] + ", expected " + expected[worst];
  }
}
