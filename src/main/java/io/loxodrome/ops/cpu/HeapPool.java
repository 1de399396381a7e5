package io.loxodrome.ops.cpu;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Keeps arrays in the heap for the next one who needs one of their length. */
final class HeapPool {
  private final Map<Integer, Deque<float[]>> free = new HashMap<>();
  private long inUse;
  private long peak;

  /** An array with undefined contents. */
  synchronized float[] take(int length) {
    Deque<float[]> arrays = free.get(length);
    float[] array = arrays == null ? null : arrays.pollLast();
    inUse += (long) length * Float.BYTES;
    peak = Math.max(peak, inUse);
    return array == null ? new float[length] : array;
  }

  /** Takes an array back. */
  synchronized void giveBack(float[] array) {
    inUse -= (long) array.length * Float.BYTES;
    free.computeIfAbsent(array.length, length -> new ArrayDeque<>()).addLast(array);
  }

  synchronized long bytesInUse() {
    return inUse;
  }

  synchronized long peakBytes() {
    return peak;
  }
}
