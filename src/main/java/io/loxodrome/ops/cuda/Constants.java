package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Driver;
import java.util.ArrayList;
import java.util.List;

/** Small memory that lives as long as its device, and is no tensor's. */
final class Constants implements AutoCloseable {
  private final Driver driver;
  private final DeviceMemory memory;
  private final List<Long> addresses = new ArrayList<>();

  Constants(Driver driver, DeviceMemory memory) {
    this.driver = driver;
    this.memory = memory;
  }

  /**
   * Room for so many single-precision numbers.
   *
   * @param what is new, for the message if a recording is under way, which it cannot be part of
   */
  long floats(int count, String what) {
    memory.requireNotRecording(what);
    long address = driver.allocate((long) count * Float.BYTES);
    addresses.add(address);
    return address;
  }

  @Override
  public void close() {
    addresses.forEach(driver::free);
    addresses.clear();
  }
}
