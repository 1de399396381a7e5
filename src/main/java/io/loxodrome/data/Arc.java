package io.loxodrome.data;

import io.loxodrome.tensor.Philox;
import java.math.BigDecimal;

/**
 * Trains on one contiguous arc of the circle: s uniform over [0, share).
 *
 * @param share length of the arc in turns, {@link #SHORTEST} to 1; 1 is the whole circle
 */
public record Arc(double share) implements AngleScheme {
  /** Shortest arc a scheme can have, in turns. */
  public static final double SHORTEST = 1e-4;

  static final String KIND = "arc";

  /**
   * Checks the share.
   *
   * @throws IllegalArgumentException if share is NaN or out of bounds
   */
  public Arc {
    if (!(share >= SHORTEST && share <= 1)) {
      throw new IllegalArgumentException(
          "share of the arc is %s, expected %s to 1".formatted(share, plain(SHORTEST)));
    }
  }

  @Override
  public double sample(Philox random, long stream, long index) {
    return share * random.uniform(stream, index);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The arc is half-open: its start is seen and its end is not, each together with what lies
   * within the tolerance before it.
   */
  @Override
  public boolean seen(double s) {
    Turn.check(s);
    return share == 1 || s < share - TOLERANCE || s > 1 - TOLERANCE;
  }

  @Override
  public String spec() {
    return KIND + SEPARATOR + plain(share);
  }

  static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
