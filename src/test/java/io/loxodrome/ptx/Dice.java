package io.loxodrome.ptx;

/** Cheap random numbers for scheduling (xorshift64*). */
final class Dice {
  private long state;

  Dice(long seed) {
    state = (seed + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
    state ^= state >>> 31;
    state |= 1;
  }

  long next() {
    state ^= state >>> 12;
    state ^= state << 25;
    state ^= state >>> 27;
    return (state * 0x2545F4914F6CDD1DL) >>> 1;
  }

  /** From 0 to limit - 1. */
  int below(int limit) {
    return (int) (next() % limit);
  }

  int nextBit() {
    return (int) (next() >>> 40) & 1;
  }
}
