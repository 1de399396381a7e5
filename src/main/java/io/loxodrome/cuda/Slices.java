package io.loxodrome.cuda;

/**
 * How a grid shares work that comes in slices (examples, planes, ...) of equally many items each:
 * the host's half of {@code slices.cuh}.
 *
 * <p>A block takes so many neighbouring slices at once that each of its workers has an item; that
 * is a round. Each block along x has {@code rounds} neighbouring rounds, the first {@code extra}
 * blocks one more. Where a slice has more items than a block has workers, and there are too few
 * slices to fill the device, blocks along y share its items.
 *
 * @param perBlock slices in a round
 * @param rounds of every block
 * @param extra blocks that have one round more
 * @param shape of the grid
 */
record Slices(int perBlock, long rounds, int extra, LaunchShape shape) {
  private static final int THREADS = 256;
  private static final int WARP = 32;

  /** What every multiprocessor since Volta can hold, Turing's and the small Amperes' apart. */
  private static final int THREADS_PER_MULTIPROCESSOR = 2048;

  private static final int BLOCKS_PER_MULTIPROCESSOR = 32;

  /**
   * Shares out slices.
   *
   * @param count slices, at least 1
   * @param items of a slice, at least 1
   * @param threadsPerItem 1 to 32, a power of two
   */
  static Slices of(DeviceProperties device, long count, int items, int threadsPerItem) {
    int workers = THREADS / threadsPerItem;
    int perBlock = (int) Math.min(count, Math.max(1, workers / items));
    int parts = divideUp(items, workers);
    int threads = roundUp(divideUp(items, parts) * perBlock * threadsPerItem, WARP);
    long groups = (count - 1) / perBlock + 1;
    long wanted =
        (long) device.multiprocessors()
            * Math.min(BLOCKS_PER_MULTIPROCESSOR, THREADS_PER_MULTIPROCESSOR / threads);
    long blocksX = Math.min(groups, wanted);
    long blocksY = Math.min(parts, Math.min(device.blocksY(), wanted / blocksX));
    LaunchShape shape = new LaunchShape(blocksX, blocksY, 1, threads, 0);
    return new Slices(perBlock, groups / blocksX, (int) (groups % blocksX), shape);
  }

  /** Adds what {@code slices.cuh} needs to a kernel's arguments. */
  Arguments addTo(Arguments arguments) {
    return arguments
        .int32("slices per block", perBlock, 1, THREADS)
        .int64("rounds", rounds, 1, Long.MAX_VALUE)
        .int32("blocks with an extra round", extra, 0, Integer.MAX_VALUE);
  }

  private static int divideUp(int dividend, int divisor) {
    return (dividend - 1) / divisor + 1;
  }

  private static int roundUp(int value, int step) {
    return divideUp(value, step) * step;
  }
}
