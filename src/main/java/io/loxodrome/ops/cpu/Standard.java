package io.loxodrome.ops.cpu;

/**
 * What an example is shifted and scaled by: xhat = (x - mean) inverseDeviation.
 *
 * @param mean of its elements
 * @param inverseDeviation 1 / sqrt(variance + epsilon)
 */
record Standard(double mean, double inverseDeviation) {
  /** The mean in single precision. */
  float origin() {
    return (float) mean;
  }

  /** What is left of the mean behind {@link #origin}. */
  double rest() {
    return mean - origin();
  }
}
