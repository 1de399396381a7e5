package io.loxodrome.cuda;

/**
 * The biases that {@link BasisMix} adds to what basis points give, in single precision: none, one
 * set for all examples, or a set for each.
 */
public final class Bias {
  /** b = 0. */
  public static final Bias NONE = new Bias(0, 0);

  private final long address;
  private final int setsPerExample;

  private Bias(long address, int setsPerExample) {
    this.address = address;
    this.setsPerExample = setsPerExample;
  }

  /**
   * b_ikc = b_kc, the same for every example i.
   *
   * @param address of b, n x C
   * @throws IllegalArgumentException if the address is null (0)
   */
  public static Bias ofBasisPoints(long address) {
    return new Bias(requireMemory(address), 0);
  }

  /**
   * b_ikc, each example's own.
   *
   * @param address of b, B x n x C
   * @throws IllegalArgumentException if the address is null (0)
   */
  public static Bias ofExamples(long address) {
    return new Bias(requireMemory(address), 1);
  }

  private static long requireMemory(long address) {
    if (address == 0) {
      throw new IllegalArgumentException(
          "kernel mix: bias is a null address, expected device memory, or Bias.NONE for no bias");
    }
    return address;
  }

  /** Of the first example's, or 0 for none. */
  long address() {
    return address;
  }

  /** Adds address and numbers from one example's biases to the next's to a kernel's arguments. */
  Arguments addTo(Arguments arguments, int basisSize, int channels) {
    return arguments
        .optionalAddress("bias", address, Float.BYTES)
        .int64("biasStride", (long) setsPerExample * basisSize * channels, 0, Long.MAX_VALUE);
  }
}
