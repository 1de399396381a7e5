package io.loxodrome.cuda;

/**
 * How many blocks and threads run a kernel. Blocks are one-dimensional.
 *
 * @param blocksX blocks along the grid's x axis
 * @param blocksY blocks along the grid's y axis
 * @param blocksZ blocks along the grid's z axis
 * @param threads per block
 * @param sharedBytes of dynamic shared memory per block
 */
public record LaunchShape(long blocksX, long blocksY, long blocksZ, int threads, int sharedBytes) {

  /** A row of blocks without dynamic shared memory. */
  public static LaunchShape row(long blocks, int threads) {
    return new LaunchShape(blocks, 1, 1, threads, 0);
  }

  /**
   * A row of blocks that walks over items with the stride of the whole grid: a block for every
   * {@code itemsPerBlock} items, but no more than fill the device.
   *
   * @param items at least 1
   * @param blocksPerMultiprocessor how many blocks a multiprocessor is given at most
   */
  public static LaunchShape stride(
      DeviceProperties device,
      long items,
      int itemsPerBlock,
      int blocksPerMultiprocessor,
      int threads) {
    long needed = (items - 1) / itemsPerBlock + 1;
    long most = (long) device.multiprocessors() * blocksPerMultiprocessor;
    return row(Math.min(needed, most), threads);
  }

  /** This shape with dynamic shared memory. */
  public LaunchShape withShared(int bytes) {
    return new LaunchShape(blocksX, blocksY, blocksZ, threads, bytes);
  }

  /**
   * Refuses a shape the device does not take.
   *
   * @throws IllegalArgumentException naming the kernel, the value and the limit
   */
  void requireWithin(DeviceProperties device, String kernel) {
    require(kernel, "blocks along x", blocksX, 1, device.blocksX());
    require(kernel, "blocks along y", blocksY, 1, device.blocksY());
    require(kernel, "blocks along z", blocksZ, 1, device.blocksZ());
    require(kernel, "threads per block", threads, 1, device.threadsPerBlock());
    require(kernel, "bytes of shared memory", sharedBytes, 0, device.sharedBytesPerBlock());
  }

  private static void require(String kernel, String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "kernel %s would be launched with %d %s, this device takes %d to %d"
              .formatted(kernel, value, what, least, most));
    }
  }
}
