package io.loxodrome.cuda;

/**
 * The shape of images that {@link BasisMix} mixes and pools in 2 x 2 windows; a last odd row or
 * column is in no window.
 *
 * @param batch B, examples, at least 0
 * @param basisSize n, basis points, at least 1
 * @param channels C, at least 1
 * @param height H of a channel before pooling, at least 1
 * @param width W of a channel before pooling, at least 1; C H W at most 2^31 - 1
 */
public record PooledMixShape(long batch, int basisSize, int channels, int height, int width) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException naming the size and its bounds
   */
  public PooledMixShape {
    Sizes.require("mix", "height", height, 1, Integer.MAX_VALUE);
    Sizes.require("mix", "width", width, 1, Integer.MAX_VALUE / height);
    new MixShape(batch, basisSize, channels, (long) height * width);
  }

  /** What is mixed. */
  MixShape mixed() {
    return new MixShape(batch, basisSize, channels, (long) height * width);
  }

  /** What is left when it is pooled. */
  MixShape pooled() {
    return new MixShape(batch, basisSize, channels, (long) (height / 2) * (width / 2));
  }
}
