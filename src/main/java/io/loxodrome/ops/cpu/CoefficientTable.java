package io.loxodrome.ops.cpu;

import io.loxodrome.ops.MixtureRows;
import java.util.List;

/** Some coefficients of a batch as a matrix of their own, outside the heap. */
final class CoefficientTable implements AutoCloseable {
  private final Workspace values;
  private final int columns;

  /** The coefficients of these examples, row by row, for these basis points. */
  CoefficientTable(
      NativePool pool, MixtureRows rows, List<Integer> examples, List<Integer> basisPoints) {
    columns = basisPoints.size();
    values = new Workspace(pool, (long) examples.size() * columns * Float.BYTES);
    float[] row = new float[columns];
    for (int i = 0; i < examples.size(); i++) {
      for (int k = 0; k < columns; k++) {
        row[k] = rows.coefficient(examples.get(i), basisPoints.get(k));
      }
      values.block().put((long) i * columns, row, 0, columns);
    }
  }

  long address() {
    return values.address();
  }

  /** Where a row begins. */
  long row(int index) {
    return address() + (long) index * columns * Float.BYTES;
  }

  @Override
  public void close() {
    values.close();
  }
}
