package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.Stream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Single-precision numbers in a device's memory, as libraries of the host's see them. */
public final class DeviceNumbers {
  private final Driver driver;
  private final Stream stream;

  /** Copies are queued on the stream, and waited for. */
  public DeviceNumbers(Driver driver, Stream stream) {
    this.driver = driver;
    this.stream = stream;
  }

  /** So many numbers from an address on. */
  public double[] read(long address, long count) {
    ByteBuffer bytes = buffer(count);
    driver.read(address, bytes, stream);
    driver.synchronize(stream);
    FloatBuffer floats = bytes.flip().asFloatBuffer();
    double[] values = new double[floats.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats.get(i);
    }
    return values;
  }

  /** Writes numbers from an address on. */
  public void write(long address, double[] values) {
    ByteBuffer bytes = buffer(values.length);
    for (double value : values) {
      bytes.putFloat((float) value);
    }
    driver.write(bytes.flip(), address, stream);
    driver.synchronize(stream);
  }

  private static ByteBuffer buffer(long count) {
    int bytes = Math.toIntExact(count * Float.BYTES);
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
