package io.loxodrome.riemann;

/** The softmax of an example's logits. */
final class Probabilities {
  private Probabilities() {}

  /** p_j = exp(z_j) / sum exp(z), of {@code count} logits from {@code first} on. */
  static double[] of(double[] logits, int first, int count) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < count; j++) {
      largest = Math.max(largest, logits[first + j]);
    }
    double[] p = new double[count];
    double sum = 0;
    for (int j = 0; j < count; j++) {
      p[j] = Math.exp(logits[first + j] - largest);
      sum += p[j];
    }
    for (int j = 0; j < count; j++) {
      p[j] /= sum;
    }
    return p;
  }

  /** The class that a uniform number in [0, 1) falls to. */
  static int drawn(double[] p, double uniform) {
    double sum = 0;
    for (int j = 0; j < p.length - 1; j++) {
      sum += p[j];
      if (uniform < sum) {
        return j;
      }
    }
    return p.length - 1;
  }
}
