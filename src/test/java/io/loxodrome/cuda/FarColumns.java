package io.loxodrome.cuda;

import io.loxodrome.ptx.PtxDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Single precision arrays of n rows that lie 3 * 2^30 elements apart, of which only the last
 * columns are looked at.
 */
final class FarColumns {
  static final long COLUMNS = 3L << 30;

  /** So many multiprocessors that each block has one tile to do. */
  private static final int MULTIPROCESSORS = 1 << 24;

  private final PtxDriver driver;
  private final Matrices last;

  /**
   * Takes the columns at the end.
   *
   * @param driver for a device as {@link #wideDevice} makes it
   */
  FarColumns(PtxDriver driver, Matrices last) {
    this.driver = driver;
    this.last = last;
  }

  /** A device on which a grid covers all columns at once. */
  static PtxDriver wideDevice() {
    return new PtxDriver(1, MULTIPROCESSORS);
  }

  /** An array of zeros but for its last columns. */
  long upload(double[] values) {
    long address = driver.allocateSparse(last.n() * COLUMNS * Float.BYTES, word -> 0);
    for (int k = 0; k < last.n(); k++) {
      ByteBuffer row = row();
      for (int c = 0; c < last.columns(); c++) {
        row.putFloat((float) values[last.index(0, k, c)]);
      }
      driver.write(row.flip(), address + offset(k), Stream.DEFAULT);
    }
    return address;
  }

  /** The last columns of an array. */
  double[] download(long address) {
    double[] values = new double[last.count()];
    for (int k = 0; k < last.n(); k++) {
      ByteBuffer row = row();
      driver.read(address + offset(k), row, Stream.DEFAULT);
      for (int c = 0; c < last.columns(); c++) {
        values[last.index(0, k, c)] = row.getFloat(c * Float.BYTES);
      }
    }
    return values;
  }

  /** Launches the blocks alone that come to the last columns: the grid's last along x. */
  void runLastBlocks(Runnable launch) {
    driver.onlyBlocks(block -> false);
    launch.run();
    long blocks = driver.takeLaunches().get(0).shape().blocksX();
    driver.onlyBlocks(block -> block % blocks == blocks - 1);
    launch.run();
  }

  private ByteBuffer row() {
    return ByteBuffer.allocate(last.columns() * Float.BYTES).order(ByteOrder.nativeOrder());
  }

  private long offset(int k) {
    return ((k + 1) * COLUMNS - last.columns()) * Float.BYTES;
  }
}
