package io.loxodrome.ops;

import io.loxodrome.tensor.Shape;

/**
 * Layer normalisation of each example over all its channels and positions, with a gain and a shift
 * per channel.
 *
 * @param channels C, at least 1
 * @param positions P, the elements of one channel, at least 1
 * @param epsilon added to the variance, finite and at least 0; with 0 an example whose elements are
 *     all equal becomes NaN
 */
public record LayerNormalization(int channels, int positions, double epsilon) {
  public LayerNormalization {
    Geometry.requirePositive("channels", channels);
    Geometry.requirePositive("positions", positions);
    if (!(epsilon >= 0 && Double.isFinite(epsilon))) {
      throw new IllegalArgumentException(
          "epsilon is " + epsilon + ", must be at least 0 and finite");
    }
    if ((long) channels * positions > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "an example of %d channels of %d positions has more than %d elements"
              .formatted(channels, positions, Integer.MAX_VALUE));
    }
  }

  /** One basis point of the gains, and one of the shifts. */
  public Shape channelShape() {
    return Shape.of(channels);
  }

  /** C P, the elements of one example. */
  public int elements() {
    return channels * positions;
  }

  /** What is kept of each example, the shape of both its {@linkplain Moments moments}. */
  public Shape momentShape(int batch) {
    return Shape.of(batch);
  }
}
