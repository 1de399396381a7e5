package io.loxodrome.data;

import io.loxodrome.tensor.Philox;

/**
 * How much noise is mixed into training images: x becomes (1 - s) x + s eta with eta standard
 * normal and s uniform over [0, maximum).
 *
 * @param maximum S, above 0 and at most 1, where nothing of the image is left
 */
public record NoiseSchedule(double maximum) {
  /**
   * Checks the maximum.
   *
   * @throws IllegalArgumentException if maximum is NaN or out of bounds
   */
  public NoiseSchedule {
    if (!(maximum > 0 && maximum <= 1)) {
      throw new IllegalArgumentException(
          "maximum noise is " + maximum + ", expected above 0 and at most 1");
    }
  }

  /**
   * The share of noise of one draw, uniform over [0, maximum).
   *
   * @param random the generator of noise levels
   * @param stream says which draw, together with index: the epoch, say
   * @param index the example, say
   */
  public double sample(Philox random, long stream, long index) {
    return maximum * random.uniform(stream, index);
  }

  /**
   * Where on the line manifold a share of noise lies: s / maximum, in [0, 1].
   *
   * @param s share of noise, 0 to maximum
   * @throws IllegalArgumentException if s is NaN or out of range
   */
  public double conditioning(double s) {
    if (!(s >= 0 && s <= maximum)) {
      throw new IllegalArgumentException("share of noise is " + s + ", expected 0 to " + maximum);
    }
    return s / maximum;
  }
}
