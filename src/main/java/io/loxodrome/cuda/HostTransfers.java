package io.loxodrome.cuda;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Copies between Java's memory and the device's, in the order of a stream, through host memory that
 * the device reads and writes itself.
 *
 * <p>Writing waits for nothing as long as less than {@link #SLOTS} pieces are on their way.
 */
public final class HostTransfers implements AutoCloseable {
  /** Bytes of one piece. */
  public static final int SLOT_BYTES = 1 << 18;

  /** Pieces that can be on their way to the device at once. */
  public static final int SLOTS = 8;

  private final Driver driver;
  private final Stream stream;
  private final List<Slot> slots = new ArrayList<>();
  private final Deque<Slot> outgoing = new ArrayDeque<>();
  private final Deque<Slot> incoming = new ArrayDeque<>();

  /** A piece of host memory, and the mark behind the copy that used it last. */
  private record Slot(ByteBuffer buffer, Event used) {}

  /** Copies on a stream; the driver is not closed with this. */
  public HostTransfers(Driver driver, Stream stream) {
    this.driver = driver;
    this.stream = stream;
  }

  private Slot newSlot() {
    Slot slot = new Slot(driver.allocateHost(SLOT_BYTES), driver.createEvent());
    slots.add(slot);
    return slot;
  }

  /** Copies the source's remaining bytes; it may change as soon as this returns. */
  public void write(ByteBuffer source, long address) {
    long target = address;
    while (source.hasRemaining()) {
      int count = Math.min(source.remaining(), SLOT_BYTES);
      Slot slot = outgoing.size() < SLOTS ? newSlot() : outgoing.remove();
      driver.synchronize(slot.used);
      slot.buffer.clear().put(source.slice(source.position(), count)).flip();
      driver.write(slot.buffer, target, stream);
      driver.record(slot.used, stream);
      outgoing.add(slot);
      source.position(source.position() + count);
      target += count;
    }
  }

  /** Fills the target's remaining bytes with what is there when all work so far is done. */
  public void read(long address, ByteBuffer target) {
    long source = address;
    while (target.hasRemaining()) {
      int count = Math.min(target.remaining(), SLOT_BYTES);
      target.put(readLater(source, count).await());
      source += count;
    }
  }

  /**
   * Starts to copy what is there when all work so far is done.
   *
   * @param bytes 1 to {@link #SLOT_BYTES}
   */
  public PendingRead readLater(long address, int bytes) {
    Slot slot = incoming.isEmpty() ? newSlot() : incoming.remove();
    slot.buffer.clear().limit(bytes);
    driver.read(address, slot.buffer, stream);
    driver.record(slot.used, stream);
    slot.buffer.flip();
    return new PendingRead(slot);
  }

  /** Bytes on their way to the host. */
  public final class PendingRead {
    private final Slot slot;
    private boolean taken;

    private PendingRead(Slot slot) {
      this.slot = slot;
    }

    /**
     * Waits for them.
     *
     * @return the bytes, in the machine's order; to be looked at before anything else is read
     * @throws IllegalStateException if they were taken before
     */
    public ByteBuffer await() {
      if (taken) {
        throw new IllegalStateException("what was read can be taken once");
      }
      taken = true;
      driver.synchronize(slot.used);
      incoming.add(slot);
      return slot.buffer;
    }
  }

  /** Waits for all copies and gives the host memory back. */
  @Override
  public void close() {
    for (Slot slot : slots) {
      driver.synchronize(slot.used);
      driver.freeHost(slot.buffer);
      driver.destroy(slot.used);
    }
    slots.clear();
    outgoing.clear();
    incoming.clear();
  }
}
