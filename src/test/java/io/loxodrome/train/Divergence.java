package io.loxodrome.train;

/** Makes the exception of a training that went astray, for tests of what stands above it. */
public final class Divergence {
  private Divergence() {}

  /** At step 3 of epoch 1. */
  public static DivergedException of(String finding) {
    return new DivergedException(3, 1, finding);
  }
}
