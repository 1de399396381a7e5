package io.loxodrome.cuda;

/**
 * Cholesky's factor of a symmetric matrix, and what is solved with it, in blocks: kernels on the
 * diagonal and beside it, products of matrices for the rest.
 *
 * <p>Matrices are row-major and contiguous, floats, 4-byte aligned; of symmetric and triangular
 * ones only the lower triangle counts, and what is above it may be overwritten. The products are as
 * precise as the library was told to make them.
 */
public final class Cholesky {
  /** Rows of a block on the diagonal. */
  private static final int BLOCK = 64;

  /** Columns that are brought up to date at once: fewer waste less above the diagonal. */
  private static final int STRIP = 512;

  private static final int THREADS = 256;
  private static final int WARPS = THREADS / 32;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;

  private final Kernels kernels;
  private final MatrixProducts products;
  private final int strip;

  /** By these kernels and products, of one device. */
  public Cholesky(Kernels kernels, MatrixProducts products) {
    this(kernels, products, STRIP);
  }

  /** With so many columns in a strip. */
  Cholesky(Kernels kernels, MatrixProducts products, int strip) {
    this.kernels = kernels;
    this.products = products;
    this.strip = strip;
  }

  /** Floats that {@link #factorize} works in. */
  public long factorizeWorkspace(int size) {
    return (long) BLOCK * size;
  }

  /** Floats that {@link #solve} works in. */
  public long solveWorkspace(int columns) {
    return (long) BLOCK * columns;
  }

  /**
   * Replaces S by L, lower triangular with L L^T = S + mu I.
   *
   * @param matrix device address of S, updated, N x N
   * @param size N, at least 0
   * @param damping mu, finite
   * @param failed device address of an integer that is set to 1 where S + mu I is not positive
   *     definite, and else left as it is
   * @param workspace device address of {@link #factorizeWorkspace} floats
   */
  public void factorize(
      long matrix, int size, double damping, long failed, long workspace, Stream stream) {
    for (int from = 0; from < size; from += BLOCK) {
      int count = Math.min(BLOCK, size - from);
      diagonal(at(matrix, size, from, from), size, count, damping, failed, stream);
      int end = from + count;
      if (end < size) {
        long panel = at(matrix, size, end, from);
        Vectors rows = new Vectors(panel, size, 1, workspace, BLOCK, 1, size - end);
        substitute("cholesky_forward", at(matrix, size, from, from), size, count, rows, stream);
        update(matrix, size, from, end, workspace, stream);
      }
    }
  }

  private static long at(long matrix, int stride, int row, int column) {
    return matrix + ((long) row * stride + column) * Float.BYTES;
  }

  private void diagonal(
      long block, int stride, int count, double damping, long failed, Stream stream) {
    Arguments arguments =
        Arguments.of("cholesky_diagonal")
            .address("S", block, Float.BYTES)
            .int64("stride", stride, 1, Sizes.MOST_ITEMS)
            .int32("size", count, 1, BLOCK)
            .float32("mu", damping)
            .address("failed", failed, Integer.BYTES);
    kernels.launch(KernelFile.CHOLESKY, LaunchShape.row(1, THREADS), arguments, stream);
  }

  /** Takes L_(i, from..end) L_(k, from..end)^T from what is right of a panel, strip by strip. */
  private void update(long matrix, int size, int from, int end, long negated, Stream stream) {
    int inner = end - from;
    for (int first = end; first < size; first += strip) {
      MatrixProduct product =
          new MatrixProduct(
              1,
              size - first,
              Math.min(strip, size - first),
              inner,
              MatrixProduct.Factor.plain(BLOCK, 0),
              MatrixProduct.Factor.transposed(size, 0),
              MatrixProduct.Factor.plain(size, 0),
              true);
      products.multiply(
          product,
          at(negated, BLOCK, first - end, 0),
          at(matrix, size, first, from),
          at(matrix, size, first, first),
          stream);
    }
  }

  /**
   * X = (L L^T)^-1 X.
   *
   * @param factor device address of L, N x N
   * @param size N, at least 0
   * @param values device address of X, updated, N x columns
   * @param columns of X, at least 1
   * @param workspace device address of {@link #solveWorkspace} floats
   */
  public void solve(
      long factor, int size, long values, int columns, long workspace, Stream stream) {
    for (int from = 0; from < size; from += BLOCK) {
      int count = Math.min(BLOCK, size - from);
      int end = from + count;
      Vectors block = block(values, columns, from, workspace);
      substitute("cholesky_forward", at(factor, size, from, from), size, count, block, stream);
      addProduct(
          MatrixProduct.Factor.plain(size, 0),
          at(factor, size, end, from),
          size - end,
          count,
          columns,
          workspace,
          at(values, columns, end, 0),
          stream);
    }
    for (int from = (size - 1) / BLOCK * BLOCK; from >= 0 && size > 0; from -= BLOCK) {
      int count = Math.min(BLOCK, size - from);
      Vectors block = block(values, columns, from, workspace);
      substitute("cholesky_backward", at(factor, size, from, from), size, count, block, stream);
      addProduct(
          MatrixProduct.Factor.transposed(size, 0),
          at(factor, size, from, 0),
          from,
          count,
          columns,
          workspace,
          values,
          stream);
    }
  }

  private static Vectors block(long values, int columns, int from, long negated) {
    return new Vectors(at(values, columns, from, 0), 1, columns, negated, 1, columns, columns);
  }

  /** Some rows of X += op(L) Y for as many columns, unless there are none. */
  private void addProduct(
      MatrixProduct.Factor left,
      long l,
      int rows,
      int inner,
      int columns,
      long y,
      long x,
      Stream stream) {
    if (rows > 0) {
      MatrixProduct product =
          new MatrixProduct(
              1,
              rows,
              columns,
              inner,
              left,
              MatrixProduct.Factor.plain(columns, 0),
              MatrixProduct.Factor.plain(columns, 0),
              true);
      products.multiply(product, l, y, x, stream);
    }
  }

  /** Vectors in memory, and where their negatives go; strides in floats. */
  private record Vectors(
      long address,
      long vector,
      long element,
      long negated,
      long negatedVector,
      long negatedElement,
      int count) {}

  private void substitute(
      String entry, long block, int stride, int size, Vectors vectors, Stream stream) {
    Arguments arguments =
        Arguments.of(entry)
            .address("L", block, Float.BYTES)
            .int64("stride", stride, 1, Sizes.MOST_ITEMS)
            .int32("size", size, 1, BLOCK)
            .address("y", vectors.address(), Float.BYTES)
            .int64("vector", vectors.vector(), 1, Sizes.MOST_ITEMS)
            .int64("element", vectors.element(), 1, Sizes.MOST_ITEMS)
            .address("negated", vectors.negated(), Float.BYTES)
            .int64("negated vector", vectors.negatedVector(), 1, Sizes.MOST_ITEMS)
            .int64("negated element", vectors.negatedElement(), 1, Sizes.MOST_ITEMS)
            .int32("count", vectors.count(), 1, Sizes.MOST_ITEMS);
    LaunchShape shape =
        LaunchShape.stride(
            kernels.device(), vectors.count(), WARPS, BLOCKS_PER_MULTIPROCESSOR, THREADS);
    kernels.launch(KernelFile.CHOLESKY, shape, arguments, stream);
  }
}
