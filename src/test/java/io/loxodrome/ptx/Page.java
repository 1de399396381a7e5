package io.loxodrome.ptx;

import java.util.Arrays;

/** 4 KB of global memory. */
final class Page extends Cells {
  static final int SHIFT = 12;
  static final int BYTES = 1 << SHIFT;
  private static final int SECTOR_SHIFT = 5;

  /** In which block each sector was last read, as the time of that block's start. */
  final long[] sectorReads = new long[BYTES >> SECTOR_SHIFT];

  /** Likewise written. */
  final long[] sectorWrites = new long[BYTES >> SECTOR_SHIFT];

  /** Memory that nothing was written to yet. */
  Page() {
    super(BYTES);
    Arrays.fill(writes, Stamp.UNINITIALIZED);
  }

  /** Memory that holds a source's words from an index on. */
  Page(WordSource source, long first) {
    super(BYTES);
    for (int i = 0; i < words.length; i++) {
      words[i] = source.word(first + i);
    }
  }
}
