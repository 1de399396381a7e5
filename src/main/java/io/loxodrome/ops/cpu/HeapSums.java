package io.loxodrome.ops.cpu;

import java.util.Arrays;

/** Rows in the heap that each worker adds to alone, to be summed up in the workers' order. */
final class HeapSums implements AutoCloseable {
  private static final int GRAIN = 16;

  private final Workers workers;
  private final int elements;
  private final HeapRows[] sums;

  /**
   * Sums of {@code n} rows of {@code elements}; undefined until a worker {@linkplain #begin
   * begins}.
   */
  HeapSums(HeapPool pool, Workers workers, int n, int elements) {
    this.workers = workers;
    this.elements = elements;
    this.sums = new HeapRows[workers.count()];
    for (int w = 0; w < sums.length; w++) {
      sums[w] = new HeapRows(pool, n, elements);
    }
  }

  /** The rows of a worker, all zero. */
  float[][] begin(Worker worker) {
    float[][] rows = sums[worker.index()].rows();
    for (float[] row : rows) {
      Arrays.fill(row, 0);
    }
    return rows;
  }

  /**
   * Writes the sums of the first workers, row after row.
   *
   * @param count of workers that began
   */
  void writeTo(NativeBlock target, int count) {
    workers.slices(elements, GRAIN, (worker, from, to) -> write(target, count, from, to));
  }

  private void write(NativeBlock target, int count, int from, int to) {
    float[][] total = sums[0].rows();
    for (int k = 0; k < total.length; k++) {
      for (int w = 1; w < count; w++) {
        add(total[k], sums[w].rows()[k], from, to);
      }
      target.put((long) k * elements + from, total[k], from, to - from);
    }
  }

  private static void add(float[] sum, float[] term, int from, int to) {
    for (int j = from; j < to; j++) {
      sum[j] += term[j];
    }
  }

  @Override
  public void close() {
    for (HeapRows rows : sums) {
      rows.close();
    }
  }
}
