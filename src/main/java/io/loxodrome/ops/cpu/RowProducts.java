package io.loxodrome.ops.cpu;

import java.util.List;

/**
 * S += factor R R^T for columns of K that are given in full, the rows of R; the lower triangle.
 *
 * <p>S is taken in bands of rows. For each, every worker takes some of the parameters and adds up
 * their share of the band by itself. It copies them some at a time to where the columns lie close
 * together and not a multiple of a page apart, as they often do in their tensors: rows that all
 * fall into the same lines of a cache cost the product a fifth of its speed.
 */
final class RowProducts {
  /** Parameters at a time. */
  private static final int CHUNK = 768;

  /** Numbers between one column's chunk and the next one's: a cache line of floats. */
  private static final int GAP = 16;

  private static final int BLOCK = 384;

  private static final int GRAIN = 16;

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
        workers.slices(to - from, GRAIN, (worker, first, end) -> join(shares, first, end));
      }
    }

    /** The share of parameters {@code first} to {@code end}. */
    private void sum(Worker worker, int first, int end, Matrix share) {
      share.clear();
      int stride = CHUNK + GAP;
      try (Workspace space = worker.workspace((long) to * stride * s.type().bytes())) {
        for (int parameter = first; parameter < end; parameter += CHUNK) {
          int count = Math.min(CHUNK, end - parameter);
          Matrix close = new Matrix(s.type(), space.address(), to, count, stride);
          copy(parameter, close);
          addProducts(close, share);
        }
      }
    }

    private void copy(int parameter, Matrix close) {
      int batch = r.get(0).rows();
      for (int row = 0; row < to; row++) {
        Matrix source = r.get(row / batch).part(row % batch, parameter, 1, close.columns());
        source.copyTo(close.rows(row, 1));
      }
    }

    private void addProducts(Matrix close, Matrix share) {
      for (int row = from; row < to; row += BLOCK) {
        int count = Math.min(BLOCK, to - row);
        Matrix own = close.rows(row, count);
        Matrix target = share.part(row - from, 0, count, row + count);
        LinearAlgebra.timesTransposed(1, own, close.rows(0, row), 1, target.part(0, 0, count, row));
        LinearAlgebra.addSquare(1, own, target.part(0, row, count, count));
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
