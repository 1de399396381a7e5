package io.loxodrome.data;

import io.loxodrome.tensor.Philox;

/**
 * Trains on a few angles, evenly spaced round the circle: s = j / count for j = 0..count - 1.
 *
 * @param count how many angles, 1 to {@link #MOST}
 */
public record FixedAngles(int count) implements AngleScheme {
  /** Most angles a scheme can have; beyond that, train on the whole circle as {@code arc:1}. */
  public static final int MOST = 1000;

  static final String KIND = "fixed";

  /**
   * Checks the count.
   *
   * @throws IllegalArgumentException if count is out of bounds
   */
  public FixedAngles {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException(
          "number of fixed angles is %d, expected 1 to %d".formatted(count, MOST));
    }
  }

  @Override
  public double sample(Philox random, long stream, long index) {
    return random.below(stream, index, count) / (double) count;
  }

  @Override
  public boolean seen(double s) {
    Turn.check(s);
    double nearest = Math.rint(s * count) / count;
    return Math.abs(s - nearest) <= TOLERANCE;
  }

  @Override
  public String spec() {
    return KIND + SEPARATOR + count;
  }
}
