package io.loxodrome.ops;

/**
 * Keeps tests away from the places where a rounding error decides which way a gradient goes.
 *
 * <p>There the gradient is discontinuous: two right answers differ, and central differences mean
 * nothing. The gradients behind such places are set to 0.
 */
final class Kinks {
  /** In units of the pre-activations' root mean square. */
  private static final double MARGIN = 1e-3;

  private Kinks() {}

  private static double margin(double[] z) {
    double sum = 0;
    for (double value : z) {
      sum += value * value;
    }
    return MARGIN * Math.sqrt(sum / z.length);
  }

  /** Sets dy to 0 where the activation of pre-activation z is near its kink. */
  static void silence(double[] dy, Activation activation, double[] z) {
    double margin = margin(z);
    for (int e = 0; e < dy.length; e++) {
      if (activation == Activation.RELU && Math.abs(z[e]) < margin) {
        dy[e] = 0;
      }
    }
  }

  /**
   * Sets dy to 0 where a pooling window has no clear maximum, or one near the activation's kink.
   *
   * @param z planes of height x width pre-activations
   * @param dy planes of height / pool x width / pool gradients
   */
  static void silence(
      double[] dy, Activation activation, double[] z, int height, int width, int pool) {
    double margin = margin(z);
    int perPlane = (height / pool) * (width / pool);
    for (int e = 0; e < dy.length; e++) {
      int plane = e / perPlane * height * width;
      int row = e % perPlane / (width / pool) * pool;
      int column = e % (width / pool) * pool;
      double largest = Double.NEGATIVE_INFINITY;
      double second = Double.NEGATIVE_INFINITY;
      for (int u = 0; u < pool; u++) {
        for (int v = 0; v < pool; v++) {
          double value = z[plane + (row + u) * width + column + v];
          second = Math.max(second, Math.min(value, largest));
          largest = Math.max(largest, value);
        }
      }
      boolean cut = activation == Activation.RELU && largest < -margin;
      boolean nearZero = activation == Activation.RELU && Math.abs(largest) <= margin;
      if (nearZero || (!cut && largest - second < margin)) {
        dy[e] = 0;
      }
    }
  }
}
