package io.loxodrome.bench;

import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.Stream;
import java.util.ArrayList;
import java.util.List;

/** Arrays in a GPU's memory that are given back together. */
final class DeviceArrays implements AutoCloseable {
  /** As a single-precision number 0.0115, as bf16 likewise: neither zero nor subnormal. */
  private static final byte CONTENT = 0x3C;

  private final Driver driver;
  private final List<Long> addresses = new ArrayList<>();

  DeviceArrays(Driver driver) {
    this.driver = driver;
  }

  /** An array of small positive numbers. */
  long allocate(long bytes) {
    long address = driver.allocate(Math.max(1, bytes));
    addresses.add(address);
    driver.fill(address, CONTENT, bytes, Stream.DEFAULT);
    return address;
  }

  /** An array of zeros, which are indices too. */
  long allocateZeros(long bytes) {
    long address = allocate(bytes);
    driver.fill(address, (byte) 0, bytes, Stream.DEFAULT);
    return address;
  }

  @Override
  public void close() {
    addresses.forEach(driver::free);
  }
}
