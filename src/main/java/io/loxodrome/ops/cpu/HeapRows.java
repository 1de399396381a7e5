package io.loxodrome.ops.cpu;

/**
 * Rows of equal length in the heap, borrowed from a pool, each cut into chunks of {@link #CHUNK}
 * floats.
 *
 * <p>A chunk is an array of its own, so that the chunks of several rows and short scratch arrays
 * are read and written at the same indices; see {@link Terms}.
 */
final class HeapRows implements AutoCloseable {
  /** Floats in a chunk: with some others beside it in the first-level cache. */
  static final int CHUNK = 1024;

  private final HeapPool pool;
  private final int length;
  private final float[][][] rows;

  HeapRows(HeapPool pool, int count, int length) {
    this.pool = pool;
    this.length = length;
    this.rows = new float[count][(length + CHUNK - 1) / CHUNK][];
    for (float[][] row : rows) {
      for (int chunk = 0; chunk < row.length; chunk++) {
        row[chunk] = pool.take(length(chunk));
      }
    }
  }

  /** How many rows there are. */
  int count() {
    return rows.length;
  }

  /** Floats in a row. */
  int length() {
    return length;
  }

  /** Chunks in a row. */
  int chunks() {
    return (length + CHUNK - 1) / CHUNK;
  }

  /** Where in its row a chunk begins. */
  static int start(int chunk) {
    return chunk * CHUNK;
  }

  /** Floats in a chunk of any row. */
  int length(int chunk) {
    return Math.min(CHUNK, length - start(chunk));
  }

  float[] chunk(int row, int chunk) {
    return rows[row][chunk];
  }

  /** Copies all rows from where they stand one after another. */
  void read(NativeBlock source) {
    for (int row = 0; row < rows.length; row++) {
      for (int chunk = 0; chunk < rows[row].length; chunk++) {
        source.get((long) row * length + start(chunk), rows[row][chunk], 0, length(chunk));
      }
    }
  }

  @Override
  public void close() {
    for (float[][] row : rows) {
      for (float[] chunk : row) {
        pool.giveBack(chunk);
      }
    }
  }
}
