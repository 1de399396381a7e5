package io.loxodrome.cuda;

import io.loxodrome.ptx.PtxDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** What the tests of the mixing kernels share: random numbers as stored, and other devices. */
abstract class MixingTest extends KernelTest {
  /** Every n that has its own way through a kernel, and its neighbours. */
  static final List<Integer> BASIS_SIZES = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 33, 64, 200);

  /** Every length that fills a vector, a warp or a block, and its neighbours. */
  static final List<Integer> LENGTHS = List.of(1, 15, 16, 17, 127, 128, 129, 1000);

  /**
   * Goes on with a device of so few multiprocessors, and a new order of blocks, so that a block
   * takes more than one item; to be called before arrays are made.
   */
  void useMultiprocessors(int count) {
    DeviceProperties device = driver.device();
    kernels.close();
    driver.close();
    driver =
        new PtxDriver(
            draw.indices(1, Integer.MAX_VALUE)[0],
            new DeviceProperties(
                device.name(),
                device.major(),
                device.minor(),
                count,
                device.threadsPerBlock(),
                device.sharedBytesPerBlock(),
                device.blocksX(),
                device.blocksY(),
                device.blocksZ()));
    kernels = new Kernels(driver);
  }

  /** Standard normal numbers as the storage holds them. */
  double[] normals(Storage storage, long count) {
    return Numbers.rounded(storage, draw.normals(count));
  }

  /** Numbers somewhere in device memory. */
  double[] read(Storage storage, long address, int count) {
    ByteBuffer buffer = ByteBuffer.allocate(count * storage.bytes()).order(ByteOrder.nativeOrder());
    driver.read(address, buffer, Stream.DEFAULT);
    return Numbers.values(storage, buffer.array());
  }

  /** Whole numbers from -3 to 3, told by where they stand. */
  static double numberAt(long index) {
    return Math.floorMod((index * 0x9E3779B97F4A7C15L) >>> 40, 7) - 3;
  }

  /**
   * So many bytes of device memory that start off a 256-byte boundary and hold {@link #numberAt}.
   */
  long numbers(long bytes, int bytesOff) {
    int wordsOff = bytesOff / Float.BYTES;
    return bytesOff
        + driver.allocateSparse(
            bytesOff + bytes, word -> Float.floatToRawIntBits((float) numberAt(word - wordsOff)));
  }

  /** Work on a device, and what it left there. */
  interface Work {
    byte[] run(PtxDriver driver, Kernels kernels);
  }

  /** The same work on another device of the same kind, which takes blocks in another order. */
  byte[] elsewhere(Work work) {
    try (PtxDriver other = new PtxDriver(draw.indices(1, Integer.MAX_VALUE)[0]);
        Kernels loaded = new Kernels(other)) {
      return work.run(other, loaded);
    }
  }
}
