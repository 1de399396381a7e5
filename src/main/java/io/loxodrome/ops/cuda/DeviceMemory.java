package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.FreeList;
import io.loxodrome.cuda.MemoryPool;
import io.loxodrome.cuda.Stream;
import io.loxodrome.cuda.StreamPool;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All memory of a device's tensors and workspaces: where it comes from, and how much is in use.
 *
 * <p>While work is noted down in a graph, memory comes from that graph's own arena: its addresses
 * are part of the graph, so nobody else may have them as long as the graph may be run.
 */
final class DeviceMemory implements AutoCloseable {
  private final MemoryPool common;
  private final Set<FreeList> arenas = new HashSet<>();
  private final Set<Block> out = new HashSet<>();
  private final Queue<Block> returnedElsewhere = new ConcurrentLinkedQueue<>();
  private final Driver driver;
  private @Nullable FreeList arena;
  private @Nullable Consumer<CudaMemory> written;
  private boolean rehearsing;
  private Thread user = Thread.currentThread();
  private long handedOut;
  private long peak;
  private boolean closed;

  DeviceMemory(Driver driver, Stream stream) {
    this.driver = driver;
    this.common = driver.hasMemoryPools() ? new StreamPool(driver, stream) : new FreeList(driver);
  }

  /** Some memory that was handed out, and where it goes back to. */
  static final class Block {
    private final MemoryPool pool;
    private final long address;
    private final long bytes;

    private Block(MemoryPool pool, long address, long bytes) {
      this.pool = pool;
      this.address = address;
      this.bytes = bytes;
    }

    long address() {
      return address;
    }
  }

  /** At least one byte, so that every tensor has an address. */
  Block take(long bytes) {
    requireOpen();
    user = Thread.currentThread();
    takeBackLeaks();
    MemoryPool pool = arena == null ? common : arena;
    long size = Math.max(1, bytes);
    Block block = new Block(pool, pool.allocate(size), size);
    out.add(block);
    handedOut += size;
    peak = Math.max(peak, bytesInUse());
    return block;
  }

  /** Takes memory back; from another thread, as a leak is found on, once this one comes by. */
  void giveBack(Block block) {
    if (Thread.currentThread() == user) {
      free(block);
    } else {
      returnedElsewhere.add(block);
    }
  }

  private void takeBackLeaks() {
    for (Block block = returnedElsewhere.poll(); block != null; block = returnedElsewhere.poll()) {
      free(block);
    }
  }

  private void free(Block block) {
    if (out.remove(block)) {
      handedOut -= block.bytes;
      block.pool.free(block.address);
    }
  }

  /** Memory to work in, to be closed when all that uses it was given to the stream. */
  Scratch scratch(long bytes) {
    return new Scratch(this, take(bytes));
  }

  /** Memory for so many single-precision numbers. */
  Scratch floats(long count) {
    return scratch(Math.multiplyExact(count, Float.BYTES));
  }

  /** A place that memory can be taken from while work is noted down. */
  FreeList newArena() {
    FreeList added = new FreeList(driver);
    arenas.add(added);
    return added;
  }

  /**
   * Notes work down: memory comes from an arena meanwhile.
   *
   * @param written told of each tensor's memory that the work writes
   */
  void noteDown(Runnable part, FreeList arena, Consumer<CudaMemory> written) {
    this.arena = arena;
    this.written = written;
    try {
      part.run();
    } finally {
      this.arena = null;
      this.written = null;
    }
  }

  /** To be told of each tensor's memory that is going to be written. */
  void willWrite(CudaMemory memory) {
    if (written != null) {
      written.accept(memory);
    }
  }

  /** Gives up an arena; what is still out of it is freed as it comes back. */
  void discard(FreeList discarded) {
    arenas.remove(discarded);
    discarded.close();
  }

  /** Does for the first time what is going to be noted down. */
  void rehearse(Runnable part) {
    rehearsing = true;
    try {
      part.run();
    } finally {
      rehearsing = false;
    }
  }

  /** Whether work is noted down, or is going to be: it must not depend on what is in tensors. */
  boolean isRecorded() {
    return rehearsing || arena != null;
  }

  /** Refuses what a recording must not do. */
  void requireNotRecording(String what) {
    if (arena != null) {
      throw new IllegalStateException(
          what
              + " within a part of a recording, which has to ask the same of the device each time");
    }
  }

  boolean isOpen() {
    return !closed;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("device cuda was used after close");
    }
  }

  long bytesInUse() {
    takeBackLeaks();
    return handedOut + arenas.stream().mapToLong(FreeList::idleBytes).sum();
  }

  long peakBytes() {
    return peak;
  }

  /** Frees all there is, whoever has it. */
  @Override
  public void close() {
    closed = true;
    takeBackLeaks();
    Set.copyOf(out).forEach(this::free);
    arenas.forEach(FreeList::close);
    arenas.clear();
    common.close();
  }
}
