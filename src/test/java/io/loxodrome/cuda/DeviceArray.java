package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.ptx.PtxDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An array in device memory between two strips of guard bytes, which no kernel may change; they are
 * looked at whenever the array is read.
 */
final class DeviceArray {
  private static final int GUARD_BYTES = 256;
  private static final byte GUARD = (byte) 0xA5;

  private final PtxDriver driver;
  private final long block;
  private final int offset;
  private final int bytes;

  private DeviceArray(PtxDriver driver, int offset, int bytes) {
    this.driver = driver;
    this.offset = offset;
    this.bytes = bytes;
    this.block = driver.allocate(2L * GUARD_BYTES + offset + bytes);
    driver.fill(block, GUARD, 2L * GUARD_BYTES + offset + bytes, Stream.DEFAULT);
    if (bytes > 0) {
      driver.poison(address(), bytes);
    }
  }

  /**
   * An array that nobody has written yet: reading it before that is a fault.
   *
   * @param offset bytes between a 256-byte boundary and its start
   */
  static DeviceArray unwritten(PtxDriver driver, int offset, long bytes) {
    return new DeviceArray(driver, offset, Math.toIntExact(bytes));
  }

  /** An array that holds these bytes. */
  static DeviceArray of(PtxDriver driver, int offset, byte[] content) {
    DeviceArray array = unwritten(driver, offset, content.length);
    if (content.length > 0) {
      driver.write(ByteBuffer.wrap(content), array.address(), Stream.DEFAULT);
    }
    return array;
  }

  /** An array that holds these numbers in single precision. */
  static DeviceArray of(PtxDriver driver, double[] values) {
    return of(driver, 0, Numbers.bytes(Storage.FLOAT32, values));
  }

  /** An array on another device that holds the same. */
  DeviceArray on(PtxDriver other) {
    return of(other, 0, read());
  }

  /** Where it starts. */
  long address() {
    return block + GUARD_BYTES + offset;
  }

  /** What it holds; fails if a guard byte has changed. */
  byte[] read() {
    requireGuard(block, GUARD_BYTES + offset, "before");
    requireGuard(address() + bytes, GUARD_BYTES, "behind");
    return readBytes(address(), bytes);
  }

  private void requireGuard(long address, int count, String where) {
    byte[] expected = new byte[count];
    Arrays.fill(expected, GUARD);
    assertThat(readBytes(address, count)).as("bytes %s the array", where).isEqualTo(expected);
  }

  private byte[] readBytes(long address, int count) {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.nativeOrder());
    if (count > 0) {
      driver.read(address, buffer, Stream.DEFAULT);
    }
    return buffer.array();
  }

  void free() {
    driver.free(block);
  }
}
