package io.loxodrome.cuda;

import java.nio.ByteBuffer;
import java.util.function.ToLongFunction;

/**
 * What tests of kernels on more than 2^31 elements share: numbers in sparse memory, and single
 * blocks of huge grids.
 */
abstract class SparseKernelTest extends KernelTest {
  /** Runs one block of a launch alone, chosen when the grid is known. */
  void onlyBlock(ToLongFunction<LaunchShape> which, Runnable launch) {
    driver.takeLaunches();
    driver.onlyBlocks(block -> false);
    launch.run();
    long only = which.applyAsLong(driver.takeLaunches().get(0).shape());
    driver.onlyBlocks(block -> block == only);
    launch.run();
  }

  /** Numbers in sparse memory. */
  double[] readFloats(long address, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES);
    driver.read(address, bytes, Stream.DEFAULT);
    return Numbers.values(Storage.FLOAT32, bytes.array());
  }

  /** A number as a word of sparse memory. */
  static int bits(long number) {
    return Float.floatToRawIntBits((float) number);
  }

  /** A number in [0, 1), told by where it stands, as a word of sparse memory. */
  static int someFloat(long index) {
    return Float.floatToRawIntBits((index * 2654435761L & 0xffff) / 65536f);
  }
}
