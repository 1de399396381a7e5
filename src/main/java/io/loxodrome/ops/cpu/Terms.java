package io.loxodrome.ops.cpu;

import java.util.Arrays;

/**
 * The terms a_t x_t of a linear combination of arrays in the heap.
 *
 * <p>All arrays are read and written at the same indices: of such loops alone the compiler makes
 * vector instructions, an offset of its own to each array costs a factor of four.
 */
final class Terms {
  private static final int AT_A_TIME = 4;

  private final float[] factors;
  private final float[][] arrays;
  private int count;

  /** No terms, with space for {@code most}. */
  Terms(int most) {
    int groups = (most + AT_A_TIME - 1) / AT_A_TIME;
    factors = new float[groups * AT_A_TIME];
    arrays = new float[groups * AT_A_TIME][];
  }

  /** Takes all terms away. */
  Terms clear() {
    count = 0;
    return this;
  }

  /** One more term. */
  void add(float factor, float[] array) {
    factors[count] = factor;
    arrays[count] = array;
    count++;
  }

  /** y = sum_t a_t x_t at {@code from} to {@code to}. */
  void writeTo(float[] y, int from, int to) {
    if (count == 0) {
      Arrays.fill(y, from, to, 0);
      return;
    }
    if (count == 3) {
      set(y, factors[0], arrays[0], factors[1], arrays[1], factors[2], arrays[2], from, to);
      return;
    }
    fillUp();
    set(y, 0, from, to);
    addTo(y, AT_A_TIME, from, to);
  }

  /** y += sum_t a_t x_t at {@code from} to {@code to}. */
  void addTo(float[] y, int from, int to) {
    fillUp();
    addTo(y, 0, from, to);
  }

  private void addTo(float[] y, int first, int from, int to) {
    for (int t = first; t < count; t += AT_A_TIME) {
      if (count - t <= 2) {
        add(y, factors[t], arrays[t], factors[t + 1], arrays[t + 1], from, to);
      } else if (count - t == 3) {
        add(
            y,
            factors[t],
            arrays[t],
            factors[t + 1],
            arrays[t + 1],
            factors[t + 2],
            arrays[t + 2],
            from,
            to);
      } else {
        add(y, t, from, to);
      }
    }
  }

  /** Makes the last group whole with terms of factor 0 over an array that is read anyway. */
  private void fillUp() {
    for (int t = count; t % AT_A_TIME != 0; t++) {
      factors[t] = 0;
      arrays[t] = arrays[count - 1];
    }
  }

  private static void add(float[] y, float a, float[] x, float a1, float[] x1, int from, int to) {
    for (int j = from; j < to; j++) {
      y[j] += a * x[j] + a1 * x1[j];
    }
  }

  private static void set(
      float[] y, float a, float[] x, float a1, float[] x1, float a2, float[] x2, int from, int to) {
    for (int j = from; j < to; j++) {
      y[j] = a * x[j] + a1 * x1[j] + a2 * x2[j];
    }
  }

  private static void add(
      float[] y, float a, float[] x, float a1, float[] x1, float a2, float[] x2, int from, int to) {
    for (int j = from; j < to; j++) {
      y[j] += a * x[j] + a1 * x1[j] + a2 * x2[j];
    }
  }

  private void set(float[] y, int t, int from, int to) {
    set(
        y,
        factors[t],
        arrays[t],
        factors[t + 1],
        arrays[t + 1],
        factors[t + 2],
        arrays[t + 2],
        factors[t + 3],
        arrays[t + 3],
        from,
        to);
  }

  private static void set(
      float[] y,
      float a,
      float[] x,
      float a1,
      float[] x1,
      float a2,
      float[] x2,
      float a3,
      float[] x3,
      int from,
      int to) {
    for (int j = from; j < to; j++) {
      y[j] = a * x[j] + a1 * x1[j] + a2 * x2[j] + a3 * x3[j];
    }
  }

  private void add(float[] y, int t, int from, int to) {
    add(
        y,
        factors[t],
        arrays[t],
        factors[t + 1],
        arrays[t + 1],
        factors[t + 2],
        arrays[t + 2],
        factors[t + 3],
        arrays[t + 3],
        from,
        to);
  }

  private static void add(
      float[] y,
      float a,
      float[] x,
      float a1,
      float[] x1,
      float a2,
      float[] x2,
      float a3,
      float[] x3,
      int from,
      int to) {
    for (int j = from; j < to; j++) {
      y[j] += a * x[j] + a1 * x1[j] + a2 * x2[j] + a3 * x3[j];
    }
  }
}
