package io.loxodrome.ops;

/** The checks on numbers inside tensors that every backend makes before it writes anything. */
public final class Values {
  private Values() {}

  /**
   * Refuses an index that is not in 0..bound-1.
   *
   * @throws IllegalArgumentException naming the first such value and where it stands
   */
  public static void requireBelow(String name, int[] values, int bound) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] < 0 || values[i] >= bound) {
        throw new IllegalArgumentException(
            name + "[" + i + "] is " + values[i] + ", must be from 0 to " + (bound - 1));
      }
    }
  }

  /**
   * Refuses NaN and infinities.
   *
   * @throws IllegalArgumentException naming the first such value and where it stands
   */
  public static void requireFinite(String name, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException(
            name + "[" + i + "] is " + values[i] + ", must be finite");
      }
    }
  }

  /**
   * Refuses a value outside [low, high], and NaN.
   *
   * @throws IllegalArgumentException naming the first such value and where it stands
   */
  public static void requireWithin(String name, double[] values, double low, double high) {
    for (int i = 0; i < values.length; i++) {
      if (!(values[i] >= low && values[i] <= high)) {
        throw new IllegalArgumentException(
            name + "[" + i + "] is " + values[i] + ", must be from " + low + " to " + high);
      }
    }
  }
}
