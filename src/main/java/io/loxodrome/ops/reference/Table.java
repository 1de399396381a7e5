package io.loxodrome.ops.reference;

import io.loxodrome.tensor.Tensor;
import java.util.Arrays;

/** Numbers in rows and columns: a host copy of a tensor, its outermost extent the rows. */
final class Table {
  private final double[] values;
  private final int rows;
  private final int columns;

  private Table(double[] values, int rows, int columns) {
    this.values = values;
    this.rows = rows;
    this.columns = columns;
  }

  static Table copyOf(Tensor tensor) {
    return new Table(
        tensor.toDoubles(), tensor.shape().dimension(0), (int) tensor.shape().rowSize());
  }

  /** A copy with this many rows, which must divide the tensor's size. */
  static Table copyOf(Tensor tensor, int rows) {
    double[] values = tensor.toDoubles();
    return new Table(values, rows, rows == 0 ? 0 : values.length / rows);
  }

  static Table zerosLike(Tensor tensor) {
    int rows = tensor.shape().dimension(0);
    int columns = (int) tensor.shape().rowSize();
    return new Table(new double[rows * columns], rows, columns);
  }

  Table zerosLike() {
    return new Table(new double[rows * columns], rows, columns);
  }

  /** A table of zeros with as many columns as this one. */
  Table zerosWithRows(int rows) {
    return new Table(new double[rows * columns], rows, columns);
  }

  double[] row(int row) {
    return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
  }

  double[] column(int column) {
    double[] copy = new double[rows];
    for (int row = 0; row < rows; row++) {
      copy[row] = at(row, column);
    }
    return copy;
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  double at(int row, int column) {
    return values[row * columns + column];
  }

  void set(int row, int column, double value) {
    values[row * columns + column] = value;
  }

  void setRow(int row, double[] elements) {
    System.arraycopy(elements, 0, values, row * columns, columns);
  }

  void add(int row, int column, double value) {
    values[row * columns + column] += value;
  }

  void storeIn(Tensor tensor) {
    tensor.write(values);
  }
}
