package io.loxodrome.cuda;

import io.loxodrome.ptx.PtxDriver;
import java.nio.ByteBuffer;
import java.util.function.ToLongFunction;

/**
 * What tests of kernels on slices share: devices of other sizes, and single blocks of huge grids.
 */
abstract class SlicedKernelTest extends KernelTest {
  /** Goes on with another device; no array may have been made yet. */
  void openDevice(int multiprocessors) {
    kernels.close();
    driver.close();
    driver =
        new PtxDriver(
            draw.indices(1, Integer.MAX_VALUE)[0],
            new DeviceProperties(
                "another", 9, 0, multiprocessors, 1024, 48 << 10, Integer.MAX_VALUE, 65535, 65535));
    kernels = new Kernels(driver);
  }

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
}
