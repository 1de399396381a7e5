package io.loxodrome.ops.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.loxodrome.ops.cpu.Description.Epilogue;

/**
 * The shape of a matrix product C (+)= A B, C of rows x columns; its key among compiled kernels.
 *
 * @param rows of A and C
 * @param inner columns of A, rows of B
 * @param columns of B and C
 * @param left strides of A
 * @param right strides of B
 * @param targetStride elements from one row of C to the next; its columns are neighbours
 * @param epilogue what happens to the product on its way to C
 */
record Product(
    int rows,
    int inner,
    int columns,
    Strides left,
    Strides right,
    long targetStride,
    Epilogue epilogue) {

  /** Rows or columns of a worker's slice are a multiple of a cache line's floats. */
  private static final int GRAIN = 16;

  /** Y = A S with coefficients A: y_i = sum_k a_ik s_k, each of {@code elements} floats. */
  static Product mixture(int rows, int n, int elements) {
    return new Product(
        rows,
        n,
        elements,
        Strides.rowMajor(n),
        Strides.rowMajor(elements),
        elements,
        Epilogue.NONE);
  }

  /** S (+)= A^T D, the way back of {@link #mixture}: s_k (+)= sum_i a_ik d_i. */
  static Product spread(int rows, int n, int elements, Epilogue epilogue) {
    return new Product(
        n, rows, elements, Strides.transposed(n), Strides.rowMajor(elements), elements, epilogue);
  }

  /** Elements from one row, and from one column, of a matrix to the next. */
  record Strides(long row, long column) {
    static Strides rowMajor(long row) {
      return new Strides(row, 1);
    }

    /** Of a transposed matrix that is stored row-major. */
    static Strides transposed(long column) {
      return new Strides(1, column);
    }
  }

  /** Computes on all workers, each some columns of C. */
  void runByColumns(Workers workers, long leftAddress, long rightAddress, long targetAddress) {
    workers.slices(
        columns,
        GRAIN,
        (worker, from, to) ->
            new Product(rows, inner, to - from, left, right, targetStride, epilogue)
                .run(
                    worker,
                    leftAddress,
                    rightAddress + from * right.column() * Float.BYTES,
                    targetAddress + (long) from * Float.BYTES));
  }

  /** Computes on all workers, each some rows of C. */
  void runByRows(Workers workers, long leftAddress, long rightAddress, long targetAddress) {
    workers.slices(
        rows,
        GRAIN,
        (worker, from, to) ->
            new Product(to - from, inner, columns, left, right, targetStride, epilogue)
                .run(
                    worker,
                    leftAddress + from * left.row() * Float.BYTES,
                    rightAddress,
                    targetAddress + from * targetStride * Float.BYTES));
  }

  /** Computes on {@code worker}, whose thread must be the caller's. */
  void run(Worker worker, long left, long right, long target) {
    worker
        .kernels(this, Compiled.class, key -> new Compiled(key.compile(worker)))
        .primitive
        .bind(DNNL_ARG_SRC, left)
        .bind(DNNL_ARG_WEIGHTS, right)
        .bind(DNNL_ARG_DST, target)
        .run();
  }

  private Primitive compile(Worker worker) {
    Description description =
        Description.product(
            matrix(rows, inner, left),
            matrix(inner, columns, right),
            matrix(rows, columns, Strides.rowMajor(targetStride)),
            epilogue);
    return Primitive.compile(worker, description, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST);
  }

  private static Layout matrix(int rows, int columns, Strides strides) {
    return Layout.strided(new long[] {rows, columns}, new long[] {strides.row(), strides.column()});
  }

  private record Compiled(Primitive primitive) implements AutoCloseable {
    @Override
    public void close() {
      primitive.close();
    }
  }
}
