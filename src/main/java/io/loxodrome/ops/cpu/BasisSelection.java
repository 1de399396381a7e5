package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;
import java.util.List;

/**
 * Takes m of n basis points out, one after another, and adds what belongs to them to their places:
 * products with the m x n matrix of zeros and ones.
 *
 * <p>Its zeros times a NaN are NaNs, as in the definition the coefficients of 0 are that were left
 * out: what is not finite reaches all basis points.
 */
final class BasisSelection implements AutoCloseable {
  private final Workers workers;
  private final int selected;
  private final int n;
  private final Workspace matrix;

  BasisSelection(NativePool pool, Workers workers, List<Integer> basisPoints, int n) {
    this.workers = workers;
    this.selected = basisPoints.size();
    this.n = n;
    matrix = new Workspace(pool, (long) selected * n * Float.BYTES);
    float[] values = new float[selected * n];
    for (int row = 0; row < selected; row++) {
      values[row * n + basisPoints.get(row)] = 1;
    }
    matrix.block().put(0, values, 0, values.length);
  }

  /** Writes the selected ones of n arrays to {@code target}. */
  void gather(long basis, int elements, long target) {
    Product.mixture(selected, n, elements).runByColumns(workers, matrix.address(), basis, target);
  }

  /** Adds m arrays to the selected ones of n. */
  void add(long arrays, int elements, long basis) {
    Product.spread(selected, n, elements, Epilogue.ACCUMULATE)
        .runByColumns(workers, matrix.address(), arrays, basis);
  }

  @Override
  public void close() {
    matrix.close();
  }
}
