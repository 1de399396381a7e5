package io.loxodrome.ops.cpu;

import java.util.Arrays;

/** Rows in the heap that each worker adds to alone, to be summed up in the workers' order. */
final class HeapSums implements AutoCloseable {
  private final Workers workers;
  private final HeapRows[] sums;

  /** Sums of {@code n} rows of {@code elements}; undefined until a worker begins. */
  HeapSums(HeapPool pool, Workers workers, int n, int elements) {
    this.workers = workers;
    this.sums = new HeapRows[workers.count()];
    for (int w = 0; w < sums.length; w++) {
      sums[w] = new HeapRows(pool, n, elements);
    }
  }

  /** The rows of a worker, all zero. */
  HeapRows begin(Worker worker) {
    HeapRows rows = sums[worker.index()];
    for (int row = 0; row < rows.count(); row++) {
      for (int chunk = 0; chunk < rows.chunks(); chunk++) {
        Arrays.fill(rows.chunk(row, chunk), 0);
      }
    }
    return rows;
  }

  /**
   * Writes the sums of the first workers, row after row.
   *
   * @param count of workers that began
   */
  void writeTo(NativeBlock target, int count) {
    int chunks = sums[0].chunks();
    workers.slices(
        sums[0].count() * chunks,
        1,
        (worker, from, to) -> {
          for (int i = from; i < to; i++) {
            write(target, count, i / chunks, i % chunks);
          }
        });
  }

  private void write(NativeBlock target, int count, int row, int chunk) {
    HeapRows first = sums[0];
    float[] total = first.chunk(row, chunk);
    int length = first.length(chunk);
    for (int w = 1; w < count; w++) {
      add(total, sums[w].chunk(row, chunk), length);
    }
    target.put((long) row * first.length() + HeapRows.start(chunk), total, 0, length);
  }

  private static void add(float[] sum, float[] term, int length) {
    for (int j = 0; j < length; j++) {
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
