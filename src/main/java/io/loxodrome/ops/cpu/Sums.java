package io.loxodrome.ops.cpu;

/**
 * Sums of a few thousand numbers in a fixed order: eight at a time in single precision, so that
 * none waits for another, and those in double.
 */
final class Sums {
  private static final int STRANDS = 8;

  private Sums() {}

  /** x_from + ... + x_(to - 1). */
  static double of(float[] x, int from, int to) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    float e = 0;
    float f = 0;
    float g = 0;
    float h = 0;
    int j = from;
    for (; j <= to - STRANDS; j += STRANDS) {
      a += x[j];
      b += x[j + 1];
      c += x[j + 2];
      d += x[j + 3];
      e += x[j + 4];
      f += x[j + 5];
      g += x[j + 6];
      h += x[j + 7];
    }
    double sum = (double) a + b + c + d + e + f + g + h;
    for (; j < to; j++) {
      sum += x[j];
    }
    return sum;
  }

  /** x_from y_from + ... + x_(to - 1) y_(to - 1). */
  static double ofProducts(float[] x, float[] y, int from, int to) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    float e = 0;
    float f = 0;
    float g = 0;
    float h = 0;
    int j = from;
    for (; j <= to - STRANDS; j += STRANDS) {
      a += x[j] * y[j];
      b += x[j + 1] * y[j + 1];
      c += x[j + 2] * y[j + 2];
      d += x[j + 3] * y[j + 3];
      e += x[j + 4] * y[j + 4];
      f += x[j + 5] * y[j + 5];
      g += x[j + 6] * y[j + 6];
      h += x[j + 7] * y[j + 7];
    }
    double sum = (double) a + b + c + d + e + f + g + h;
    for (; j < to; j++) {
      sum += (double) x[j] * y[j];
    }
    return sum;
  }
}
