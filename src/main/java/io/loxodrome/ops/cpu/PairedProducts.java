package io.loxodrome.ops.cpu;

/**
 * S_(ai)(bj) += factor sum_lm (x_il . x_jm + constant^2) (u_ail . u_bjm), tile by tile of examples
 * i and j: the inner products of their inputs are formed once for all pairs of probes.
 */
final class PairedProducts {
  /** Rows of x that a tile takes at most, unless one example has more: it stays in the cache. */
  private static final int TILE_ROWS = 64;

  private static final int TILE_COLUMNS = 512;

  private final Workers workers;
  private final Matrix x;
  private final Matrix[] u;
  private final int positions;
  private final double square;
  private final double factor;
  private final Matrix s;
  private final int batch;
  private final int height;
  private final int width;

  /**
   * All in one precision.
   *
   * @param x a row for each position of each example
   * @param u for each probe, a row for each position of each example
   * @param s lower triangle, not empty
   */
  PairedProducts(
      Workers workers,
      Matrix x,
      Matrix[] u,
      int positions,
      double constant,
      double factor,
      Matrix s) {
    this.workers = workers;
    this.x = x;
    this.u = u;
    this.positions = positions;
    this.square = constant * constant;
    this.factor = factor;
    this.s = s;
    this.batch = s.rows() / u.length;
    int share = (batch + workers.count() - 1) / workers.count();
    this.height = Math.min(share, Math.max(1, TILE_ROWS / positions));
    this.width = Math.min(batch, Math.max(1, TILE_COLUMNS / positions));
  }

  /** Adds them on all workers, each some of the tiles. */
  void add() {
    int across = (batch + width - 1) / width;
    int tiles = (batch + height - 1) / height * across;
    int count = workers.count();
    workers.slices(
        count,
        1,
        (worker, first, end) -> {
          long numbers = (long) height * positions * width * positions;
          try (Workspace space = worker.workspace(numbers * s.type().bytes())) {
            for (int tile = first; tile < tiles; tile += count) {
              new Tile(tile / across * height, tile % across * width, space.address()).add();
            }
          }
        });
  }

  /** Some examples i against some examples j. */
  private final class Tile {
    private final int firstI;
    private final int firstJ;
    private final int countI;
    private final int countJ;
    private final Matrix inner;
    private final double[][] weights;

    Tile(int firstI, int firstJ, long space) {
      this.firstI = firstI;
      this.firstJ = firstJ;
      this.countI = Math.min(height, batch - firstI);
      this.countJ = Math.min(width, batch - firstJ);
      this.inner = Matrix.contiguous(s.type(), space, countI * positions, countJ * positions);
      this.weights = new double[inner.rows()][inner.columns()];
      multiply(x, x);
      for (int row = 0; row < inner.rows(); row++) {
        inner.get(row, 0, weights[row], inner.columns());
        for (int column = 0; column < inner.columns(); column++) {
          weights[row][column] = factor * (weights[row][column] + square);
        }
      }
    }

    private void multiply(Matrix left, Matrix right) {
      LinearAlgebra.timesTransposed(
          1,
          left.rows(firstI * positions, inner.rows()),
          right.rows(firstJ * positions, inner.columns()),
          0,
          inner);
    }

    void add() {
      for (int a = 0; a < u.length; a++) {
        for (int b = 0; b <= a; b++) {
          if (b < a || firstJ < firstI + countI) {
            multiply(u[a], u[b]);
            addSums(a, b);
          }
        }
      }
    }

    private void addSums(int a, int b) {
      double[] products = new double[inner.columns()];
      double[] sums = new double[countJ];
      for (int i = 0; i < countI; i++) {
        int row = a * batch + firstI + i;
        int column = b * batch + firstJ;
        int count = Math.min(countJ, row - column + 1);
        if (count > 0) {
          s.get(row, column, sums, count);
          for (int l = i * positions; l < (i + 1) * positions; l++) {
            inner.get(l, 0, products, count * positions);
            addRow(weights[l], products, sums, count);
          }
          s.put(row, column, sums, count);
        }
      }
    }

    private void addRow(double[] weight, double[] products, double[] sums, int count) {
      if (positions == 1) {
        for (int j = 0; j < count; j++) {
          sums[j] += weight[j] * products[j];
        }
      } else {
        for (int j = 0; j < count; j++) {
          double sum = 0;
          for (int m = j * positions; m < (j + 1) * positions; m++) {
            sum += weight[m] * products[m];
          }
          sums[j] += sum;
        }
      }
    }
  }
}
