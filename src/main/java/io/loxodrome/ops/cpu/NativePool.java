package io.loxodrome.ops.cpu;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps freed blocks for the next allocation of their size class.
 *
 * <p>A training step asks for the same sizes every time, so after the first step nothing is
 * allocated. Size classes are eighths of powers of two: at most 12.5 % of a block is unused.
 */
final class NativePool {
  private static final long SMALLEST = 256;

  private final Map<Long, Deque<NativeBlock>> free = new HashMap<>();
  private long inUse;
  private long peak;
  private boolean closed;

  /** A block of at least {@code bytes} bytes with undefined contents. */
  synchronized NativeBlock take(long bytes) {
    requireOpen();
    long size = sizeClass(bytes);
    Deque<NativeBlock> blocks = free.get(size);
    NativeBlock block = blocks == null ? null : blocks.pollLast();
    if (block == null) {
      block = new NativeBlock(size);
    }
    inUse += size;
    peak = Math.max(peak, inUse);
    return block;
  }

  /**
   * Refuses to go on after {@link #close}.
   *
   * @throws IllegalStateException if the device was closed
   */
  synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException("device cpu was used after close");
    }
  }

  /** Takes a block back. */
  synchronized void giveBack(NativeBlock block) {
    inUse -= block.bytes();
    if (closed) {
      block.free();
    } else {
      free.computeIfAbsent(block.bytes(), size -> new ArrayDeque<>()).addLast(block);
    }
  }

  static long sizeClass(long bytes) {
    long step = Math.max(SMALLEST, Long.highestOneBit(Math.max(bytes, 1)) / 8);
    return Math.max(SMALLEST, (bytes + step - 1) / step * step);
  }

  synchronized long bytesInUse() {
    return inUse;
  }

  synchronized long peakBytes() {
    return peak;
  }

  /** Frees what is here now, and from then on each block as it comes back. */
  synchronized void close() {
    closed = true;
    free.values().forEach(blocks -> blocks.forEach(NativeBlock::free));
    free.clear();
  }
}
