package io.loxodrome.cuda;

/** Memory that the device itself orders by a stream. */
public final class StreamPool implements MemoryPool {
  private final Driver driver;
  private final Stream stream;

  /**
   * A pool of the driver's.
   *
   * @throws IllegalArgumentException if the device has no memory pools; use {@link FreeList} there
   */
  public StreamPool(Driver driver, Stream stream) {
    if (!driver.hasMemoryPools()) {
      throw new IllegalArgumentException(driver.device().name() + " has no memory pools");
    }
    this.driver = driver;
    this.stream = stream;
  }

  @Override
  public long allocate(long bytes) {
    return driver.allocate(bytes, stream);
  }

  @Override
  public void free(long address) {
    driver.free(address, stream);
  }

  /** None: what the device keeps for later any stream of its may have. */
  @Override
  public long idleBytes() {
    return 0;
  }

  @Override
  public void close() {}
}
