package io.loxodrome.ptx;

import java.util.Arrays;

/**
 * Some memory and, for each cell of it, who last wrote and who last read it.
 *
 * <p>A cell is a word of 4 bytes until something smaller is accessed; then all cells become as
 * small.
 */
class Cells {
  private static final int WORD_SHIFT = 2;

  final int[] words;
  long[] writes;
  long[] reads;

  /** A cell has 1 << shift bytes. */
  int shift = WORD_SHIFT;

  Cells(int bytes) {
    words = new int[(bytes + 3) / 4];
    writes = new long[words.length];
    reads = new long[words.length];
  }

  /** Makes cells small enough for accesses of that many bytes. */
  final void fit(int bytes) {
    while (bytes < 1 << shift) {
      writes = halved(writes);
      reads = halved(reads);
      shift--;
    }
  }

  private static long[] halved(long[] stamps) {
    long[] finer = new long[2 * stamps.length];
    for (int i = 0; i < stamps.length; i++) {
      finer[2 * i] = stamps[i];
      finer[2 * i + 1] = stamps[i];
    }
    return finer;
  }

  /** 1, 2, 4 or 8 bytes at an offset that is a multiple of as many. */
  final long bits(int at, int bytes) {
    int word = words[at >>> 2];
    return switch (bytes) {
      case 1 -> (word >>> (8 * (at & 3))) & 0xff;
      case 2 -> (word >>> (8 * (at & 3))) & 0xffff;
      case 4 -> word & 0xffffffffL;
      default -> (word & 0xffffffffL) | ((long) words[(at >>> 2) + 1] << 32);
    };
  }

  /** The counterpart of {@link #bits}. */
  final void put(int at, int bytes, long bits) {
    int index = at >>> 2;
    switch (bytes) {
      case 1 -> insert(index, 8 * (at & 3), 0xff, bits);
      case 2 -> insert(index, 8 * (at & 3), 0xffff, bits);
      case 4 -> words[index] = (int) bits;
      default -> {
        words[index] = (int) bits;
        words[index + 1] = (int) (bits >>> 32);
      }
    }
  }

  private void insert(int index, int position, int mask, long bits) {
    words[index] = (words[index] & ~(mask << position)) | (((int) bits & mask) << position);
  }

  /** Stamps a range as written. */
  final void stampWrites(int at, int bytes, long stamp) {
    Arrays.fill(writes, at >>> shift, (at + bytes) >>> shift, stamp);
  }
}
