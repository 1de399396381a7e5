package io.loxodrome.cuda;

/** Checks of the sizes that a launcher's shapes are made of. */
final class Sizes {
  /** The most items a kernel counts in 32 bits, with room to step past the last. */
  static final int MOST_ITEMS = 1 << 30;

  private Sizes() {}

  /**
   * Refuses a size out of its range.
   *
   * @param kernel the kernel or family that errors name
   * @throws IllegalArgumentException if the value is not in [least, most]
   */
  static void require(String kernel, String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "kernel %s: %s is %d, must be from %d to %d".formatted(kernel, name, value, least, most));
    }
  }

  /** The most arrays of this many floats that fit an address space; at least 0. */
  static long mostArrays(long... sizes) {
    long most = Long.MAX_VALUE / Float.BYTES;
    for (long size : sizes) {
      most /= size;
    }
    return most;
  }
}
