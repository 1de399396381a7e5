package io.loxodrome.cuda;

/**
 * Feature-wise linear modulation (FiLM): every channel of every example, a row here, has a gain and
 * a shift of its own, y_rj = (1 + g_r) x_rj + b_r; and back.
 *
 * <p>All arrays are floats, 4-byte aligned; fastest where activations are 16-byte aligned and rows
 * are a multiple of 4 long. Sums are always added up in the same order. What is written must not
 * overlap anything else.
 */
public final class FeatureModulation {
  private static final String FAMILY = "film";
  private static final int WARP = 32;
  private static final int VECTOR = 4;
  private static final int VECTOR_BYTES = 16;

  private final Kernels kernels;

  public FeatureModulation(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * The rows that are modulated.
   *
   * @param rows channels of all examples, at least 0
   * @param length positions of a channel, 0 to 2^30
   */
  public record Rows(long rows, int length) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException naming the size, its value and its limits
     */
    public Rows {
      Sizes.require(FAMILY, "length", length, 0, Sizes.MOST_ITEMS);
      Sizes.require(FAMILY, "rows", rows, 0, Sizes.mostArrays(Math.max(1, length)));
    }
  }

  /**
   * y_rj = (1 + g_r) x_rj + b_r.
   *
   * @param x address of x, rows x length
   * @param gains address of g, rows
   * @param shifts address of b, rows
   * @param y address of y, written, rows x length
   */
  public void forward(Rows rows, long x, long gains, long shifts, long y, Stream stream) {
    int width = width(rows, x | y);
    Arguments arguments =
        Arguments.of(FAMILY + "_forward_x" + width)
            .address("x", x, Float.BYTES)
            .address("gains", gains, Float.BYTES)
            .address("shifts", shifts, Float.BYTES)
            .address("y", y, Float.BYTES)
            .int64("rows", rows.rows(), 0, Long.MAX_VALUE)
            .int32("length", rows.length(), 0, Sizes.MOST_ITEMS);
    if (rows.rows() == 0 || rows.length() == 0) {
      return;
    }
    Slices slices = Slices.of(kernels.device(), rows.rows(), rows.length() / width, 1);
    kernels.launch(KernelFile.FILM, slices.shape(), slices.addTo(arguments), stream);
  }

  /**
   * dx_rj = (1 + g_r) dy_rj, dg_r = sum_j dy_rj x_rj and db_r = sum_j dy_rj; rows of length 0 have
   * the sums 0.
   *
   * @param x address of what {@link #forward} was given, rows x length
   * @param gains address of g, rows
   * @param outputGradient address of dy, rows x length
   * @param inputGradient address of dx, written, rows x length; or 0 if nobody needs it
   * @param gainGradient address of dg, written, rows
   * @param shiftGradient address of db, written, rows
   */
  public void backward(
      Rows rows,
      long x,
      long gains,
      long outputGradient,
      long inputGradient,
      long gainGradient,
      long shiftGradient,
      Stream stream) {
    int width = width(rows, x | outputGradient | inputGradient);
    Arguments arguments =
        Arguments.of(FAMILY + "_backward_x" + width)
            .address("x", x, Float.BYTES)
            .address("gains", gains, Float.BYTES)
            .address("dy", outputGradient, Float.BYTES)
            .optionalAddress("dx", inputGradient, Float.BYTES)
            .address("dg", gainGradient, Float.BYTES)
            .address("db", shiftGradient, Float.BYTES)
            .int64("rows", rows.rows(), 0, Long.MAX_VALUE)
            .int32("length", rows.length(), 0, Sizes.MOST_ITEMS);
    if (rows.rows() == 0) {
      return;
    }
    int team = team(rows.length() / width);
    arguments.int32("team", team, 1, WARP);
    Slices slices = Slices.of(kernels.device(), rows.rows(), 1, team);
    kernels.launch(KernelFile.FILM, slices.shape(), slices.addTo(arguments), stream);
  }

  /** Elements per access: 16 bytes' worth if rows and addresses allow it. */
  private static int width(Rows rows, long addresses) {
    return addresses % VECTOR_BYTES == 0 && rows.length() % VECTOR == 0 ? VECTOR : 1;
  }

  /** Threads for a row of so many accesses: a power of two, at most a warp. */
  private static int team(int accesses) {
    return (int) Math.min(WARP, Long.highestOneBit(Math.max(1, 2L * accesses - 1)));
  }
}
