package io.loxodrome.ops.cpu;

import io.loxodrome.tensor.Tensor;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tells whether a tensor is free of NaN and infinities. */
final class Finiteness {
  private static final int GRAIN = 4 * Worker.CHUNK;
  private static final int MAGNITUDE = 0x7FFF_FFFF;
  private static final int INFINITY = 0x7F80_0000;

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
    float[] values = worker.scratch(0, Worker.CHUNK);
    for (int first = from; first < to; first += Worker.CHUNK) {
      int length = Math.min(Worker.CHUNK, to - first);
      block.get(first, values, 0, length);
      if (largestBits(values, length) >= INFINITY) {
        return false;
      }
    }
    return true;
  }

  /** As integers, the magnitudes of floats are in order, with infinity and NaN above all others. */
  private static int largestBits(float[] values, int count) {
    int largest = 0;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & MAGNITUDE);
    }
    return largest;
  }
}
