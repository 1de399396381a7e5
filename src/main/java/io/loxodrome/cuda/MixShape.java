package io.loxodrome.cuda;

/**
 * The shape of what {@link BasisMix} mixes: one number per example, channel and position out of one
 * per basis point.
 *
 * @param batch B, examples, at least 0
 * @param basisSize n, basis points, at least 1
 * @param channels C, what one bias is for, at least 1
 * @param positions P, neighbours in memory that share a bias: 1 behind a linear layer, pixels
 *     behind a convolution; at least 0, C P at most 2^31 - 1
 */
public record MixShape(long batch, int basisSize, int channels, long positions) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException naming the size and its bounds
   */
  public MixShape {
    Sizes.require("mix", "basisSize", basisSize, 1, Integer.MAX_VALUE);
    Sizes.require("mix", "channels", channels, 1, Integer.MAX_VALUE);
    Sizes.require("mix", "positions", positions, 0, Integer.MAX_VALUE / channels);
    long numbersPerExample = basisSize * Math.max(1, channels * positions);
    Sizes.require("mix", "batch", batch, 0, Sizes.mostArrays(numbersPerExample));
  }

  /** C P, the numbers of one example. */
  int rowLength() {
    return Math.toIntExact(channels * positions);
  }

  /** Whether there is nothing to mix. */
  boolean isEmpty() {
    return batch == 0 || positions == 0;
  }
}
