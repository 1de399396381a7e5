package io.loxodrome.cuda;

/**
 * How a banded solve shares out a block's shared memory: each thread keeps {@code segment} rows of
 * its column there.
 *
 * <p>Columns that fit as a whole are read once. Longer ones go through in segments, and three
 * numbers at the start of each are kept beside them.
 *
 * @param threads of a block
 * @param segment rows, a multiple of {@value #ROWS}
 * @param sharedBytes of a block
 */
record ColumnPlan(int threads, int segment, int sharedBytes) {
  private static final int ROWS = MetricForm.Banded.ROWS;
  private static final int MOST_THREADS = 128;

  /** A row of fewer threads would be less than the 64 bytes that memory moves at once. */
  private static final int FEWEST_WHOLE = 16;

  private static final int MOST_SEGMENTED = 32;
  private static final int HANDED_DOWN = 3;
  private static final int SHARED_FLOATS = 48 * 1024 / Float.BYTES;

  /** The plan for columns of this many rows. */
  static ColumnPlan of(int rows) {
    int padded = padded(rows);
    for (int threads = MOST_THREADS; threads >= FEWEST_WHOLE; threads /= 2) {
      if (padded * threads <= SHARED_FLOATS) {
        return new ColumnPlan(threads, padded, padded * threads * Float.BYTES);
      }
    }
    int threads = MOST_SEGMENTED;
    while (!fits(rows, threads)) {
      threads /= 2;
    }
    int segment = segment(threads);
    return new ColumnPlan(threads, segment, floats(rows, segment) * threads * Float.BYTES);
  }

  /** The plan where no column needs to be kept. */
  static ColumnPlan keepingNothing(int rows) {
    return new ColumnPlan(MOST_THREADS, padded(rows), 0);
  }

  private static int padded(int rows) {
    return (rows + ROWS - 1) / ROWS * ROWS;
  }

  /** Half of a thread's share, the other half for what segments hand down. */
  private static int segment(int threads) {
    return SHARED_FLOATS / threads / 2;
  }

  private static boolean fits(int rows, int threads) {
    return floats(rows, segment(threads)) <= SHARED_FLOATS / threads;
  }

  private static int floats(int rows, int segment) {
    return segment + HANDED_DOWN * ((rows - 1) / segment);
  }
}
