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
   */
  void addSquare(double factor, Matrix r, Matrix s) {
    rows(
        (from, to) -> {
          Matrix own = r.rows(from, to - from);
          Matrix left = s.part(from, 0, to - from, from);
          LinearAlgebra.timesTransposed(factor, own, r.rows(0, from), 1, left);
          LinearAlgebra.addSquare(factor, own, s.part(from, from, to - from, to - from));
        });
  }
}
