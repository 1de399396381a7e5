package io.loxodrome.ops.reference;

/** Counts bytes in use; blocks found leaked are counted back from another thread. */
final class Usage {
  private long current;
  private long peak;

  synchronized void take(long bytes) {
    current += bytes;
    peak = Math.max(peak, current);
  }

  synchronized void giveBack(long bytes) {
    current -= bytes;
  }

  synchronized long current() {
    return current;
  }

  synchronized long peak() {
    return peak;
  }
}
