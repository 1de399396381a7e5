package io.loxodrome.data;

import io.loxodrome.tensor.Philox;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The angles that images are turned by in training, so that others are left to generalise to.
 *
 * <p>An angle is a fraction s in [0, 1) of a full turn: the image is turned by 2 pi s, and s is the
 * conditioning value.
 */
public sealed interface AngleScheme permits FixedAngles, Arc {
  /**
   * Angles that differ by no more than this, in turns, count as one in {@link #seen}: enough for s
   * rounded to a 32-bit float (3e-8), and less than the 1 / (count steps) that keeps apart j /
   * count and k / steps for any fixed angles and a grid of up to 9000 steps.
   */
  double TOLERANCE = 1e-7;

  /** Separates a scheme's kind from its number in a specification. */
  String SEPARATOR = ":";

  /**
   * The angle of one draw, uniform over the angles trained on.
   *
   * @param random the generator of angles
   * @param stream says which draw, together with index: the epoch, say
   * @param index the example, say
   * @return s in [0, 1)
   */
  double sample(Philox random, long stream, long index);

  /**
   * Whether an angle is among those trained on, forgiving rounding up to {@link #TOLERANCE}: for
   * the angles k / steps of a grid this is what exact arithmetic would say.
   *
   * @param s in [0, 1)
   * @throws IllegalArgumentException if s is NaN or out of range
   */
  boolean seen(double s);

  /** The text that {@link #parse} makes this scheme from. */
  String spec();

  /**
   * Makes a scheme from its specification: {@code fixed:36} for 36 angles evenly spaced, {@code
   * arc:0.1} for all angles in the first tenth of a turn.
   *
   * @throws IllegalArgumentException if the text is of no known form or its number out of bounds
   */
  static AngleScheme parse(String spec) {
    try {
      if (spec.startsWith(FixedAngles.KIND + SEPARATOR)) {
        return new FixedAngles(Integer.parseInt(number(spec)));
      }
      if (spec.startsWith(Arc.KIND + SEPARATOR)) {
        return new Arc(new BigDecimal(number(spec)).doubleValue());
      }
    } catch (NumberFormatException e) {
      throw unknown(spec, e);
    }
    throw unknown(spec, null);
  }

  private static String number(String spec) {
    return spec.substring(spec.indexOf(SEPARATOR) + 1);
  }

  private static IllegalArgumentException unknown(
      String spec, @Nullable NumberFormatException cause) {
    return new IllegalArgumentException(
        ("unknown angles '%s', expected fixed:COUNT with COUNT from 1 to %d"
                + " or arc:SHARE with SHARE from %s to 1")
            .formatted(spec, FixedAngles.MOST, Arc.plain(Arc.SHORTEST)),
        cause);
  }
}
