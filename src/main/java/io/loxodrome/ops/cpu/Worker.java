package io.loxodrome.ops.cpu;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_stream;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to one of the threads that share an operator: a oneDNN stream, compiled kernels and
 * scratch space in the heap that stays in its first-level cache.
 */
final class Worker {
  /** Floats in a scratch row: 16 KiB, so that two fit into a 48 KiB cache with room to spare. */
  static final int CHUNK = 4096;

  /** The slot of scratch rows that {@link ColumnTransform} uses. */
  static final int SPARE = 1;

  private final int index;
  private final NativePool pool;
  private final Map<KernelKey, AutoCloseable> kernels = new HashMap<>();
  private final Map<Integer, float[]> scratch = new HashMap<>();
  private final Map<Integer, float[][]> scratchRows = new HashMap<>();
  private final int[] bits = new int[CHUNK];
  private @Nullable dnnl_stream stream;

  Worker(int index, NativePool pool) {
    this.index = index;
    this.pool = pool;
  }

  /** Which worker this is, from 0; slice i of an operator is worker i's. */
  int index() {
    return index;
  }

  /** The stream of this thread. */
  dnnl_stream stream() {
    if (stream == null) {
      stream = OneDnn.newStream();
    }
    return stream;
  }

  /** The kernels under {@code key}, compiled on first use. */
  <K, T extends AutoCloseable> T kernels(K key, Class<T> type, Function<K, T> compile) {
    return type.cast(
        kernels.computeIfAbsent(new KernelKey(type, key), unused -> compile.apply(key)));
  }

  private record KernelKey(Class<?> type, Object key) {}

  /** A block of memory outside the heap for a kernel of this worker. */
  Workspace workspace(long bytes) {
    return new Workspace(pool, bytes);
  }

  /**
   * Scratch floats that keep nothing from one operator to the next.
   *
   * @param slot scratch arrays with different slots are different
   * @param length the least number of floats
   */
  float[] scratch(int slot, int length) {
    float[] array = scratch.get(slot);
    if (array == null || array.length < length) {
      array = new float[Math.max(length, CHUNK)];
      scratch.put(slot, array);
    }
    return array;
  }

  /** Scratch space for the bits of {@link #CHUNK} floats. */
  int[] bits() {
    return bits;
  }

  /**
   * Rows of scratch floats that keep nothing from one operator to the next.
   *
   * @param slot rows with different slots are different
   * @param count the least number of rows
   * @param length the least number of floats in each
   */
  float[][] scratchRows(int slot, int count, int length) {
    float[][] rows = scratchRows.get(slot);
    if (rows == null || rows.length < count || rows[0].length < length) {
      rows = new float[count][Math.max(length, CHUNK)];
      scratchRows.put(slot, rows);
    }
    return rows;
  }

  /** Frees the kernels. */
  void release() {
    for (AutoCloseable kernel : kernels.values()) {
      try {
        kernel.close();
      } catch (Exception e) {
        throw new IllegalStateException("could not free a compiled kernel", e);
      }
    }
    kernels.clear();
    if (stream != null) {
      OneDnn.destroy(stream);
    }
  }
}
