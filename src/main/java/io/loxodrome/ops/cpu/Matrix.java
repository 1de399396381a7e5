package io.loxodrome.ops.cpu;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A row-major matrix of real numbers outside the heap.
 *
 * @param type FLOAT32 or FLOAT64
 * @param address of its first number
 * @param rows how many there are
 * @param columns how many there are
 * @param stride numbers from one row to the next
 */
record Matrix(ElementType type, long address, int rows, int columns, int stride) {
  /** A matrix whose rows follow one another. */
  static Matrix contiguous(ElementType type, long address, int rows, int columns) {
    return new Matrix(type, address, rows, columns, columns);
  }

  /**
   * All of a tensor as so many rows.
   *
   * @param block of the tensor's numbers
   * @param rows 0 only if the tensor has none
   */
  static Matrix of(Tensor tensor, NativeBlock block, int rows) {
    long columns = rows == 0 ? tensor.shape().rowSize() : tensor.size() / rows;
    return contiguous(tensor.type(), block.address(), rows, Math.toIntExact(columns));
  }

  /** A matrix like this elsewhere. */
  Matrix at(long other) {
    return new Matrix(type, other, rows, columns, stride);
  }

  /** The part that begins at a row and a column. */
  Matrix part(int row, int column, int partRows, int partColumns) {
    return new Matrix(type, addressOf(row, column), partRows, partColumns, stride);
  }

  /** So many rows from {@code row} on. */
  Matrix rows(int row, int count) {
    return part(row, 0, count, columns);
  }

  boolean isEmpty() {
    return rows == 0 || columns == 0;
  }

  boolean isSingle() {
    return type == ElementType.FLOAT32;
  }

  private long addressOf(int row, int column) {
    return address + ((long) row * stride + column) * type.bytes();
  }

  /** Copies numbers of a row, from {@code column} on, to the heap. */
  void get(int row, int column, double[] target, int count) {
    Address from = new Address(addressOf(row, column));
    if (isSingle()) {
      float[] floats = new float[count];
      new FloatPointer(from).get(floats);
      for (int i = 0; i < count; i++) {
        target[i] = floats[i];
      }
    } else {
      new DoublePointer(from).get(target, 0, count);
    }
  }

  /** Copies from the heap to numbers of a row, from {@code column} on. */
  void put(int row, int column, double[] source, int count) {
    Address to = new Address(addressOf(row, column));
    if (isSingle()) {
      float[] floats = new float[count];
      for (int i = 0; i < count; i++) {
        floats[i] = (float) source[i];
      }
      new FloatPointer(to).put(floats);
    } else {
      new DoublePointer(to).put(source, 0, count);
    }
  }

  /** Copies all numbers to the transposed matrix, in its precision. */
  void transposeTo(Worker worker, Matrix target) {
    if (isSingle() && target.isSingle()) {
      Transposition key = new Transposition(rows, columns, stride, target.stride);
      worker
          .kernels(key, Reorder.class, unused -> key.compile(worker))
          .run(address, target.address);
      return;
    }
    double[][] lines = new double[rows][columns];
    for (int row = 0; row < rows; row++) {
      get(row, 0, lines[row], columns);
    }
    double[] line = new double[rows];
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < rows; row++) {
        line[row] = lines[row][column];
      }
      target.put(column, 0, line, rows);
    }
  }

  /** What oneDNN's kernel for it depends on. */
  private record Transposition(int rows, int columns, int stride, int targetStride) {
    Reorder compile(Worker worker) {
      long[] size = {rows, columns};
      Layout from = Layout.strided(size, new long[] {stride, 1});
      Layout to = Layout.strided(size, new long[] {1, targetStride});
      return new Reorder(worker, new Reorder.Key(from, to));
    }
  }

  /** Makes all numbers 0. */
  void clear() {
    for (int row = 0; row < rows; row++) {
      Pointer.memset(new Address(addressOf(row, 0)), 0, (long) columns * type.bytes());
    }
  }

  /** Copies all numbers to another matrix of this size, in its precision. */
  void copyTo(Matrix target) {
    double[] numbers = new double[columns];
    for (int row = 0; row < rows; row++) {
      get(row, 0, numbers, columns);
      target.put(row, 0, numbers, columns);
    }
  }
}
