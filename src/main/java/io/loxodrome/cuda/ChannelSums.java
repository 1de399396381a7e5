package io.loxodrome.cuda;

/**
 * Sums over the positions of each channel, through ReLU's mask where there is one: the gradient of
 * a bias that is added to all of them.
 */
public final class ChannelSums {
  private static final int WARP = 32;
  private static final int VECTOR = 4;
  private static final int VECTOR_BYTES = 16;

  /** The longest row that a warp sums; longer ones have a block each. */
  private static final int LONGEST_OF_WARP = 2048;

  private static final int LONG_THREADS = 512;
  private static final int LONG_BLOCKS_PER_MULTIPROCESSOR = 4;

  private final Kernels kernels;

  public ChannelSums(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * result_r = sum_j d_rj [z_rj > 0], always added up in the same order; what stands behind a z of
   * NaN does not count.
   *
   * <p>All arrays are floats, 4-byte aligned; fastest where d and z are 16-byte aligned and length
   * is a multiple of 4.
   *
   * @param rows channels of all examples, at least 0
   * @param length positions of a channel, at least 0; rows of length 0 have the sum 0
   * @param gradient address of d, rows x length
   * @param mixed address of z, rows x length; or 0 to let all of d through
   * @param result address of the sums, written; must not overlap d or z
   */
  public void sums(long rows, long length, long gradient, long mixed, long result, Stream stream) {
    boolean isLong = length > LONGEST_OF_WARP;
    int width = width(length, gradient, mixed);
    String entry = (isLong ? "sums_long" : "sums_rows") + "_x" + width;
    Sizes.require(entry, "length", length, 0, Sizes.mostArrays(1));
    Arguments arguments =
        Arguments.of(entry)
            .address("d", gradient, Float.BYTES)
            .optionalAddress("z", mixed, Float.BYTES)
            .address("result", result, Float.BYTES)
            .int64("rows", rows, 0, Sizes.mostArrays(Math.max(1, length)))
            .int64("length", length, 0, Sizes.mostArrays(1));
    if (rows == 0) {
      return;
    }
    if (length == 0) {
      kernels.driver().fill(result, (byte) 0, rows * Float.BYTES, stream);
    } else if (isLong) {
      kernels.launch(KernelFile.SUMS, longRows(rows), arguments, stream);
    } else {
      int team = team(length / width);
      arguments.int32("team", team, 1, WARP);
      Slices slices = Slices.of(kernels.device(), rows, 1, team);
      kernels.launch(KernelFile.SUMS, slices.shape(), slices.addTo(arguments), stream);
    }
  }

  /** Elements per access: 16 bytes' worth if rows and addresses allow it. */
  private static int width(long length, long gradient, long mixed) {
    boolean vectors =
        gradient % VECTOR_BYTES == 0 && mixed % VECTOR_BYTES == 0 && length % VECTOR == 0;
    return vectors ? VECTOR : 1;
  }

  /** Threads for a row of so many accesses: a power of two, at most a warp. */
  private static int team(long accesses) {
    return (int) Math.min(WARP, Long.highestOneBit(2 * accesses - 1));
  }

  private LaunchShape longRows(long rows) {
    return LaunchShape.stride(
        kernels.device(), rows, 1, LONG_BLOCKS_PER_MULTIPROCESSOR, LONG_THREADS);
  }
}
