package io.loxodrome.ops.cpu;

import java.util.List;

/**
 * S += factor R R^T for columns of K that are given in full, the rows of R; the lower triangle.
 *
 * <p>S is taken in bands of rows. For each, every worker takes some of the parameters and adds up
 * their share of the band by itself. It copies some of them at a time, transposed: then a product
 * of few rows is as fast as one of many, and little is computed above the diagonal.
 */
final class RowProducts {
  /** Parameters at a time. */
  private static final int CHUNK = 768;

  /** Rows of R that are transposed at a time, a cache line of floats. */
  private static final int LINE = 16;

  /** Rows of S that are computed at a time, up to the last one's diagonal. */
  private static final int BLOCK = 48;

  /** Numbers of a band at most, unless a block of rows has more: 8 MiB of floats. */
  private static final int BAND = 1 << 21;

  private final NativePool pool;
  private final Workers workers;
  private final List<Matrix> r;
  private final double factor;
  private final Matrix s;
  private final int parameters;

  /**
   * Products that are still to be added.
   *
   * @param r the columns of each probe, of S's precision or less
   * @param s lower triangle, updated, not empty
   */
  RowProducts(NativePool pool, Workers workers, List<Matrix> r, double factor, Matrix s) {
    this.pool = pool;
    this.workers = workers;
    this.r = r;
    this.factor = factor;
    this.s = s;
    this.parameters = r.get(0).columns();
  }

  /** Adds them on all workers. */
  void add() {
    int height = Math.max(1, BAND / s.rows() / BLOCK) * BLOCK;
    for (int from = 0; from < s.rows(); from += height) {
      new Band(from, Math.min(s.rows(), from + height)).add();
    }
  }

  /** The rows {@code from} to {@code to} of S, up to the diagonal. */
  private final class Band {
    private final int from;
    private final int to;

    Band(int from, int to) {
      this.from = from;
      this.to = to;
    }

    void add() {
      Matrix[] shares = new Matrix[workers.used(parameters, CHUNK)];
      long numbers = (long) (to - from) * to;
      long bytes = numbers * s.type().bytes();
      try (Workspace space = new Workspace(pool, shares.length * bytes)) {
        for (int i = 0; i < shares.length; i++) {
          shares[i] = Matrix.contiguous(s.type(), space.address() + i * bytes, to - from, to);
        }
        workers.slices(
            parameters,
            CHUNK,
            (worker, first, end) -> sum(worker, first, end, shares[worker.index()]));
        workers.slices(to - from, LINE, (worker, first, end) -> join(shares, first, end));
      }
    }

    /** The share of parameters {@code first} to {@code end}. */
    private void sum(Worker worker, int first, int end, Matrix share) {
      share.clear();
      int stride = to + LINE; // never a multiple of a page, which caches do not bear
      try (Workspace space = worker.workspace((long) CHUNK * stride * s.type().bytes())) {
        for (int parameter = first; parameter < end; parameter += CHUNK) {
          int count = Math.min(CHUNK, end - parameter);
          Matrix transposed = new Matrix(s.type(), space.address(), count, to, stride);
          transpose(worker, parameter, transposed);
          addProducts(transposed, share);
        }
      }
    }

    private void transpose(Worker worker, int parameter, Matrix transposed) {
      int batch = r.get(0).rows();
      for (int row = 0; row < to; ) {
        int first = row % batch;
        int count = Math.min(LINE, Math.min(batch - first, to - row));
        Matrix source = r.get(row / batch).part(first, parameter, count, transposed.rows());
        source.transposeTo(worker, transposed.part(0, row, transposed.rows(), count));
        row += count;
      }
    }

    private void addProducts(Matrix transposed, Matrix share) {
      int count = transposed.rows();
      for (int row = from; row < to; row += BLOCK) {
        int end = Math.min(to, row + BLOCK);
        LinearAlgebra.transposedTimes(
            1,
            transposed.part(0, row, count, end - row),
            transposed.part(0, 0, count, end),
            1,
            share.part(row - from, 0, end - row, end));
      }
    }

    /** Adds all shares of some rows to S. */
    private void join(Matrix[] shares, int first, int end) {
      double[] sums = new double[to];
      double[] share = new double[to];
      for (int row = first; row < end; row++) {
        int count = from + row + 1;
        s.get(from + row, 0, sums, count);
        for (Matrix each : shares) {
          each.get(row, 0, share, count);
          for (int column = 0; column < count; column++) {
            sums[column] += factor * share[column];
          }
        }
        s.put(from + row, 0, sums, count);
      }
    }
  }
}
