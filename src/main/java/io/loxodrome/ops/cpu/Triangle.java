package io.loxodrome.ops.cpu;

/** The lower triangle of a square matrix, cut into runs of rows of equal work. */
final class Triangle {
  private static final int GRAIN = 16;

  private final Workers workers;
  private final int size;

  Triangle(Workers workers, int size) {
    this.workers = workers;
    this.size = size;
  }

  /** What is done to the rows {@code from} to {@code to} exclusive. */
  interface Rows {
    void run(int from, int to);
  }

  /** Runs on all workers at once. */
  void rows(Rows rows) {
    int count = workers.count();
    workers.slices(
        count,
        1,
        (worker, first, end) -> {
          for (int part = first; part < end; part++) {
            int from = border(part, count);
            int to = border(part + 1, count);
            if (from < to) {
              rows.run(from, to);
            }
          }
        });
  }

  /** Above this row lie {@code part / count} of the triangle. */
  private int border(int part, int count) {
    long row = Math.round(size * Math.sqrt((double) part / count) / GRAIN) * GRAIN;
    return part == count ? size : (int) Math.min(size, row);
  }

  /**
   * S += factor R R^T.
   *
   * @param s lower triangle, as large as this
   * @param r rows of R, in blocks of equally many
   */
  void addSquare(double factor, Matrix[] r, Matrix s) {
    rows((from, to) -> addRows(factor, r, s, from, to));
  }

  private static void addRows(double factor, Matrix[] r, Matrix s, int from, int to) {
    int height = r[0].rows();
    for (int row = from; row < to; ) {
      int block = row / height;
      int first = row - block * height;
      int count = Math.min(height - first, to - row);
      Matrix own = r[block].rows(first, count);
      for (int b = 0; b <= block; b++) {
        int columns = b == block ? first : height;
        Matrix target = s.part(row, b * height, count, columns);
        LinearAlgebra.timesTransposed(factor, own, r[b].rows(0, columns), 1, target);
      }
      LinearAlgebra.addSquare(factor, own, s.part(row, row, count, count));
      row += count;
    }
  }
}
