package io.loxodrome.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A block of a device's memory: freed by {@link #close}, refused after it, reported when forgotten.
 *
 * <p>Each backend has one subclass and hands its blocks out through {@link Tensor}s.
 */
public abstract class Memory implements AutoCloseable {
  private final long bytes;
  private final LeakDetector.Ticket ticket;

  /**
   * A block of {@code bytes} bytes; {@code release} gives it back to its device and runs exactly
   * once: on close, or after a leak was found. It must not refer to this object.
   */
  protected Memory(long bytes, Runnable release) {
    this.bytes = bytes;
    this.ticket = LeakDetector.track(this, bytes, release);
  }

  /** Size in bytes. */
  public final long bytes() {
    return bytes;
  }

  /** Copies all that remains in {@code source} from the host to byte {@code offset} on. */
  public abstract void write(long offset, ByteBuffer source);

  /** Copies from byte {@code offset} on to the host until {@code target} is full. */
  public abstract void read(long offset, ByteBuffer target);

  /**
   * Starts to copy bytes to the host, as they are when all work given to the device so far is done.
   * A device whose work is done when its calls return copies them at once.
   *
   * @return the bytes, in the host's byte order
   */
  public Pending<ByteBuffer> readLater(long offset, int length) {
    ByteBuffer target = ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
    read(offset, target);
    target.flip();
    return () -> target;
  }

  /**
   * Refuses a closed block.
   *
   * @throws IllegalStateException if {@link #close} was called
   */
  public final void requireOpen() {
    if (ticket.isReturned()) {
      throw new IllegalStateException("memory of " + bytes + " bytes was used after close");
    }
  }

  /** Refuses a range that leaves the block, or a closed block. */
  protected final void requireRange(long offset, long length) {
    requireOpen();
    if (offset < 0 || length < 0 || offset > bytes - length) {
      throw new IndexOutOfBoundsException(
          "bytes " + offset + " to " + (offset + length) + " of a block of " + bytes);
    }
  }

  /** Gives the block back; the second call does nothing. */
  @Override
  public final void close() {
    ticket.giveBack();
  }
}
