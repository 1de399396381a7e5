package io.loxodrome.ops.reference;

import io.loxodrome.tensor.Memory;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A byte array on the Java heap, poisoned with 0xFF so that what nobody wrote shows. */
final class HeapMemory extends Memory {
  private static final byte POISON = (byte) 0xFF;
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  private final ReferenceDevice device;
  private final Block block;

  private HeapMemory(ReferenceDevice device, Block block, int bytes) {
    super(bytes, block::free);
    this.device = device;
    this.block = block;
  }

  static HeapMemory allocate(ReferenceDevice device, Usage usage, long bytes) {
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "a tensor of "
              + bytes
              + " bytes on device "
              + device.name()
              + ", which holds at most "
              + MOST_BYTES
              + " in one; use another device");
    }
    return new HeapMemory(device, new Block(usage, (int) bytes), (int) bytes);
  }

  ReferenceDevice device() {
    return device;
  }

  @Override
  public void write(long offset, ByteBuffer source) {
    requireUsable(offset, source.remaining());
    source.get(block.bytes, (int) offset, source.remaining());
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    requireUsable(offset, target.remaining());
    target.put(block.bytes, (int) offset, target.remaining());
  }

  private void requireUsable(long offset, long length) {
    device.requireOpen();
    requireRange(offset, length);
  }

  /** What {@link Memory} releases: lets go of the array even while the memory is still held. */
  private static final class Block {
    private final Usage usage;
    private byte[] bytes;

    private Block(Usage usage, int size) {
      this.usage = usage;
      this.bytes = new byte[size];
      Arrays.fill(bytes, POISON);
      usage.take(size);
    }

    private void free() {
      usage.giveBack(bytes.length);
      bytes = new byte[0];
    }
  }
}
