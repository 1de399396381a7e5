package io.loxodrome.cuda;

/**
 * The shape of what {@link WeightMix} mixes: the weights of each example out of those of the basis
 * points.
 *
 * @param batch B, examples, at least 0
 * @param basisSize n, basis points, at least 1
 * @param length p, weights of one basis point and of one example, at least 0
 */
public record WeightShape(long batch, int basisSize, long length) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException naming the size and its bounds
   */
  public WeightShape {
    Sizes.require("weights", "basisSize", basisSize, 1, Integer.MAX_VALUE);
    Sizes.require("weights", "length", length, 0, Sizes.mostArrays(basisSize));
    Sizes.require("weights", "batch", batch, 0, Sizes.mostArrays(Math.max(basisSize, length)));
  }
}
