package io.loxodrome.ptx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/** The local memory of a warp's threads. */
final class LocalMemory {
  private final int bytes;
  private final ByteBuffer contents;
  private final BitSet written = new BitSet();

  /**
   * Nothing written yet.
   *
   * @param bytes per thread
   */
  LocalMemory(int bytes) {
    this.bytes = bytes;
    this.contents = ByteBuffer.allocate(bytes * Warp.LANES).order(ByteOrder.LITTLE_ENDIAN);
  }

  int bytes() {
    return bytes;
  }

  /** Everything is unwritten again. */
  void forget() {
    written.clear();
  }

  boolean isWritten(int lane, int at, int length) {
    int first = lane * bytes + at;
    return written.nextClearBit(first) >= first + length;
  }

  long bits(int lane, int at, int length) {
    int index = lane * bytes + at;
    return switch (length) {
      case 1 -> contents.get(index);
      case 2 -> contents.getShort(index);
      case 4 -> contents.getInt(index);
      default -> contents.getLong(index);
    };
  }

  void put(int lane, int at, int length, long bits) {
    int index = lane * bytes + at;
    written.set(index, index + length);
    switch (length) {
      case 1 -> contents.put(index, (byte) bits);
      case 2 -> contents.putShort(index, (short) bits);
      case 4 -> contents.putInt(index, (int) bits);
      default -> contents.putLong(index, bits);
    }
  }
}
