package io.loxodrome.ptx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/** What an allocation held at some time, and which of its bytes had been written. */
final class Snapshot {
  private final byte[] bytes;
  private final BitSet written;

  private Snapshot(byte[] bytes, BitSet written) {
    this.bytes = bytes;
    this.written = written;
  }

  static Snapshot of(Region region) {
    int count = Math.toIntExact(region.bytes);
    BitSet written = new BitSet(count);
    ByteBuffer bytes = ByteBuffer.allocate(count + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < count; from += Page.BYTES) {
      Page page = region.page(from >>> Page.SHIFT);
      int length = Math.min(Page.BYTES, count - from);
      int cell = 1 << page.shift;
      for (int at = 0; at < length; at += cell) {
        if (page.writes[at >>> page.shift] != Stamp.UNINITIALIZED) {
          written.set(from + at, from + Math.min(at + cell, length));
        }
      }
      for (int at = 0; at < length; at += Integer.BYTES) {
        bytes.putInt(from + at, page.words[at >>> 2]);
      }
    }
    byte[] content = new byte[count];
    bytes.get(0, content);
    return new Snapshot(content, written);
  }

  /** The contents, with a filling where nothing was written. */
  byte[] filled(byte filling) {
    byte[] filled = bytes.clone();
    for (int i = written.nextClearBit(0); i < filled.length; i = written.nextClearBit(i + 1)) {
      filled[i] = filling;
    }
    return filled;
  }
}
