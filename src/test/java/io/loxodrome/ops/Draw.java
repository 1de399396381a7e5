package io.loxodrome.ops;

import java.util.Random;

/**
 * Random inputs, fresh in each run; {@code -Dloxodrome.test.seed=N} repeats a run.
 *
 * <p>Every number is exact in float32, so that all devices are given the same.
 */
public final class Draw {
  private static final String PROPERTY = "loxodrome.test.seed";

  private final long seed = Long.getLong(PROPERTY, System.nanoTime());
  private final Random random = new Random(seed);

  /** Standard normal numbers. */
  public double[] normals(long count) {
    double[] values = new double[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Numbers uniform in [low, high). */
  public double[] uniforms(long count, double low, double high) {
    double[] values = new double[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (low + (high - low) * random.nextDouble());
    }
    return values;
  }

  /** Whole numbers from -2 to 2, with which sums and products are exact and ties abound. */
  public double[] smallIntegers(long count) {
    double[] values = new double[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(5) - 2;
    }
    return values;
  }

  /** Whole numbers in 0..bound-1. */
  public int[] indices(int count, int bound) {
    return random.ints(count, 0, bound).toArray();
  }

  public byte[] bytes(long count) {
    byte[] values = new byte[(int) count];
    random.nextBytes(values);
    return values;
  }

  /** How to see the same numbers again. */
  @Override
  public String toString() {
    return "repeat with -D" + PROPERTY + "=" + seed;
  }
}
