package io.loxodrome.ops.cpu;

import io.loxodrome.tensor.Tensor;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tells whether a tensor is free of NaN and infinities. */
final class Finiteness {
  private static final int GRAIN = 4 * Worker.CHUNK;
  private static final int MAGNITUDE = 0x7FFF_FFFF;
  private static final int EXPONENT_ONE = 0x0080_0000;

  private Finiteness() {}

  static boolean holds(Workers workers, String name, Tensor tensor) {
    return holds(workers, NativeMemory.floatsAsTheyStand(name, tensor), tensor.size());
  }

  /** Whether the first {@code count} floats of a block are all finite. */
  static boolean holds(Workers workers, NativeBlock block, long count) {
    AtomicBoolean finite = new AtomicBoolean(true);
    workers.slices(
        Math.toIntExact(count),
        GRAIN,
        (worker, from, to) -> {
          if (!holds(worker, block, from, to)) {
            finite.set(false);
          }
        });
    return finite.get();
  }

  /** Whether floats {@code from} to {@code to} of a block are all finite. */
  static boolean holds(Worker worker, NativeBlock block, int from, int to) {
    int[] bits = worker.bits();
    for (int first = from; first < to; first += Worker.CHUNK) {
      int length = Math.min(Worker.CHUNK, to - first);
      block.get(first, bits, length);
      if (carries(bits, length) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Negative if a float's exponent is all ones, that of infinity and NaN: then adding one to it
   * carries into the sign.
   */
  private static int carries(int[] bits, int count) {
    int carries = 0;
    for (int i = 0; i < count; i++) {
      carries |= (bits[i] & MAGNITUDE) + EXPONENT_ONE;
    }
    return carries;
  }
}
