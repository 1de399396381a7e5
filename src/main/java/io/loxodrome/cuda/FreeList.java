package io.loxodrome.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Memory that is kept when it comes back, and handed out again for requests that fill at least half
 * of it.
 */
public final class FreeList implements MemoryPool {
  private static final long GRAIN = 512;

  private final Driver driver;
  private final TreeMap<Long, Deque<Long>> idle = new TreeMap<>();
  private final Map<Long, Long> sizes = new HashMap<>();
  private long idleBytes;
  private boolean closed;

  /** An empty list; the driver is not closed with it. */
  public FreeList(Driver driver) {
    this.driver = driver;
  }

  @Override
  public long allocate(long bytes) {
    long size = (bytes + GRAIN - 1) / GRAIN * GRAIN;
    Map.Entry<Long, Deque<Long>> fitting = idle.ceilingEntry(size);
    if (fitting == null || fitting.getKey() > 2 * size) {
      return allocateNew(size);
    }
    long address = fitting.getValue().pop();
    if (fitting.getValue().isEmpty()) {
      idle.remove(fitting.getKey());
    }
    idleBytes -= fitting.getKey();
    return address;
  }

  private long allocateNew(long size) {
    long address;
    try {
      address = driver.allocate(size);
    } catch (OutOfMemoryException e) {
      if (idle.isEmpty()) {
        throw e;
      }
      releaseIdle();
      address = driver.allocate(size);
    }
    sizes.put(address, size);
    return address;
  }

  @Override
  public void free(long address) {
    Long size = sizes.get(address);
    if (size == null) {
      throw new IllegalArgumentException(
          "address 0x%x is of no block that this pool handed out".formatted(address));
    }
    if (closed) {
      sizes.remove(address);
      driver.free(address);
    } else {
      idle.computeIfAbsent(size, none -> new ArrayDeque<>()).push(address);
      idleBytes += size;
    }
  }

  @Override
  public long idleBytes() {
    return idleBytes;
  }

  private void releaseIdle() {
    for (Deque<Long> addresses : idle.values()) {
      for (long address : addresses) {
        sizes.remove(address);
        driver.free(address);
      }
    }
    idle.clear();
    idleBytes = 0;
  }

  @Override
  public void close() {
    closed = true;
    releaseIdle();
  }
}
