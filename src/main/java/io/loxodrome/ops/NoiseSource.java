package io.loxodrome.ops;

import io.loxodrome.tensor.Philox;

/**
 * Counter-based normal numbers: the same on every device.
 *
 * <p>Number e of stream t is entry e mod 4 of the four {@linkplain Philox#normals normals} of block
 * (t, e / 4) under the key {@code seed}.
 *
 * @param seed the generator's key
 * @param firstStream the stream of example 0; example i draws from firstStream + i
 */
public record NoiseSource(long seed, long firstStream) {
  private static final int PER_BLOCK = 4;

  /** Writes numbers 0, 1, ... of the example's stream to {@code numbers}, until it is full. */
  public void normals(int example, float[] numbers) {
    Philox philox = new Philox(seed);
    long stream = firstStream + example;
    int whole = numbers.length - numbers.length % PER_BLOCK;
    for (int e = 0; e < whole; e += PER_BLOCK) {
      philox.normals(stream, e / PER_BLOCK, numbers, e);
    }
    if (whole < numbers.length) {
      float[] last = new float[PER_BLOCK];
      philox.normals(stream, whole / PER_BLOCK, last, 0);
      System.arraycopy(last, 0, numbers, whole, numbers.length - whole);
    }
  }
}
