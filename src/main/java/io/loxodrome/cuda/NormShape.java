package io.loxodrome.cuda;

/**
 * The sizes of a layer normalisation. Gains and shifts per element rather than per channel are C :=
 * C P, P := 1.
 *
 * @param batch B, at least 0
 * @param basisSize n, at least 1
 * @param channels C, at least 0
 * @param positions P, at least 0; C P at most 2^30
 */
public record NormShape(long batch, int basisSize, int channels, int positions) {
  private static final long MOST_ELEMENTS = 1 << 30;

  /**
   * Takes the sizes.
   *
   * @throws IllegalArgumentException if one is out of its range, or arrays would pass 2^63 bytes
   */
  public NormShape {
    Sizes.require("norm", "channels", channels, 0, MOST_ELEMENTS);
    Sizes.require("norm", "positions", positions, 0, MOST_ELEMENTS);
    Sizes.require("norm", "channels x positions", (long) channels * positions, 0, MOST_ELEMENTS);
    Sizes.require("norm", "basisSize", basisSize, 1, Integer.MAX_VALUE);
    long widest = Math.max(basisSize, Math.max(channels, (long) channels * positions));
    Sizes.require("norm", "batch", batch, 0, Long.MAX_VALUE / Double.BYTES / widest);
  }

  /** C P, the elements of one example. */
  int length() {
    return channels * positions;
  }

  boolean isEmpty() {
    return batch == 0 || length() == 0;
  }
}
