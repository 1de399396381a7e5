package io.loxodrome.ptx;

import java.util.Arrays;

/** The banks of shared memory: counts the wavefronts that a request takes. */
final class Banks {
  private static final int BANKS = 32;

  private final int[] inBank = new int[BANKS];
  private final int[] wordsOfBank = new int[BANKS * BANKS];

  /**
   * Wavefronts beyond the fewest: what is wider than a word goes in halves or quarters of a warp.
   *
   * @param addresses of the mask's lanes
   * @param bytes per lane
   */
  int conflicts(long[] addresses, int mask, int bytes) {
    int groupLanes = bytes <= 4 ? Warp.LANES : Warp.LANES * 4 / bytes;
    int extra = 0;
    for (int first = 0; first < Warp.LANES; first += groupLanes) {
      int lanes = mask & ((groupLanes == Warp.LANES ? -1 : (1 << groupLanes) - 1) << first);
      if (lanes != 0) {
        extra += wavefronts(addresses, lanes, bytes) - 1;
      }
    }
    return extra;
  }

  private int wavefronts(long[] addresses, int lanes, int bytes) {
    Arrays.fill(inBank, 0);
    int most = 1;
    for (int m = lanes; m != 0; m &= m - 1) {
      int first = (int) (addresses[Integer.numberOfTrailingZeros(m)] >>> 2);
      for (int word = first; word < first + Math.max(1, bytes >>> 2); word++) {
        most = Math.max(most, put(word));
      }
    }
    return most;
  }

  /** Adds a word to its bank; returns how many different ones that now has. */
  private int put(int word) {
    int bank = word & (BANKS - 1);
    int count = inBank[bank];
    for (int i = 0; i < count; i++) {
      if (wordsOfBank[bank * BANKS + i] == word) {
        return count;
      }
    }
    wordsOfBank[bank * BANKS + count] = word;
    inBank[bank] = count + 1;
    return count + 1;
  }
}
