package io.loxodrome.cuda;

/**
 * The shapes of a batch of matrix products C_i = op(A_i) op(B_i), row-major in single precision.
 *
 * @param batch how many, at least 1
 * @param rows of C, at least 1
 * @param columns of C, at least 1
 * @param inner columns of op(A) and rows of op(B), at least 1
 * @param left A
 * @param right B
 * @param result C; not transposed, its matrices do not overlap
 * @param accumulate whether C_i is added to rather than overwritten
 */
public record MatrixProduct(
    int batch,
    int rows,
    int columns,
    int inner,
    Factor left,
    Factor right,
    Factor result,
    boolean accumulate) {

  /**
   * Where the matrices of one side lie.
   *
   * @param transposed whether op transposes what is stored
   * @param rowStride elements from one stored row to the next, at least a stored row's length
   * @param batchStride elements from one matrix to the next; 0 for one that all products share
   */
  public record Factor(boolean transposed, int rowStride, long batchStride) {
    /** Stored as it is used. */
    public static Factor plain(int rowStride, long batchStride) {
      return new Factor(false, rowStride, batchStride);
    }

    /** Stored the other way round. */
    public static Factor transposed(int rowStride, long batchStride) {
      return new Factor(true, rowStride, batchStride);
    }
  }

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException naming the size, its value and its bounds
   */
  public MatrixProduct {
    Sizes.require("product", "batch", batch, 1, Integer.MAX_VALUE);
    Sizes.require("product", "rows", rows, 1, Integer.MAX_VALUE);
    Sizes.require("product", "columns", columns, 1, Integer.MAX_VALUE);
    Sizes.require("product", "inner", inner, 1, Integer.MAX_VALUE);
    requireFactor("left", left, rows, inner);
    requireFactor("right", right, inner, columns);
    requireFactor("result", result, rows, columns);
    if (result.transposed()) {
      throw new IllegalArgumentException("product: the result cannot be transposed");
    }
    long matrix = (rows - 1L) * result.rowStride() + columns;
    if (batch > 1) {
      Sizes.require(
          "product", "result's batch stride", result.batchStride(), matrix, Long.MAX_VALUE);
    }
  }

  private static void requireFactor(String name, Factor factor, int rows, int columns) {
    int stored = factor.transposed() ? rows : columns;
    Sizes.require("product", name + "'s row stride", factor.rowStride(), stored, Integer.MAX_VALUE);
    Sizes.require(
        "product", name + "'s batch stride", factor.batchStride(), 0, Long.MAX_VALUE / Float.BYTES);
  }

  /**
   * One product of matrices without gaps.
   *
   * @param leftTransposed whether A is stored inner x rows
   * @param rightTransposed whether B is stored columns x inner
   */
  public static MatrixProduct single(
      int rows, int columns, int inner, boolean leftTransposed, boolean rightTransposed) {
    return new MatrixProduct(
        1,
        rows,
        columns,
        inner,
        new Factor(leftTransposed, leftTransposed ? rows : inner, 0),
        new Factor(rightTransposed, rightTransposed ? inner : columns, 0),
        Factor.plain(columns, 0),
        false);
  }

  /** As {@link #single}, a batch of them, every matrix behind the last of its kind. */
  public static MatrixProduct batched(
      int batch,
      int rows,
      int columns,
      int inner,
      boolean leftTransposed,
      boolean rightTransposed) {
    return new MatrixProduct(
        batch,
        rows,
        columns,
        inner,
        new Factor(leftTransposed, leftTransposed ? rows : inner, (long) rows * inner),
        new Factor(rightTransposed, rightTransposed ? inner : columns, (long) inner * columns),
        Factor.plain(columns, (long) rows * columns),
        false);
  }
}
