package io.loxodrome.ops.cpu;

/** Rows of equal length in the heap, borrowed from a pool. */
final class HeapRows implements AutoCloseable {
  private final HeapPool pool;
  private final float[][] rows;

  HeapRows(HeapPool pool, int count, int length) {
    this.pool = pool;
    this.rows = new float[count][];
    for (int k = 0; k < count; k++) {
      rows[k] = pool.take(length);
    }
  }

  float[][] rows() {
    return rows;
  }

  @Override
  public void close() {
    for (float[] row : rows) {
      pool.giveBack(row);
    }
  }
}
