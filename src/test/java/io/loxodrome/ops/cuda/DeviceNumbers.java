package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.Stream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Single-precision numbers in a device's memory, as libraries of the host's see them. */
final class DeviceNumbers {
  private final Driver driver;

  DeviceNumbers(Driver driver) {
    this.driver = driver;
  }

  double[] read(long address, long count) {
    ByteBuffer bytes = buffer(count);
    driver.read(address, bytes, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
    FloatBuffer floats = bytes.flip().asFloatBuffer();
    double[] values = new double[floats.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats.get(i);
    }
    return values;
  }

  void write(long address, double[] values) {
    ByteBuffer bytes = buffer(values.length);
    for (double value : values) {
      bytes.putFloat((float) value);
    }
    driver.write(bytes.flip(), address, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
  }

  private static ByteBuffer buffer(long count) {
    int bytes = Math.toIntExact(count * Float.BYTES);
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
