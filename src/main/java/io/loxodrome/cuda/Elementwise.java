package io.loxodrome.cuda;

/**
 * What is done to each number of an array by itself, and the exchange of two axes.
 *
 * <p>All arrays are floats, 4-byte aligned. 16 bytes are moved at a time where all of them are at
 * multiples of 16 bytes. A size of 0 is fine.
 */
public final class Elementwise {
  private static final int THREADS = 256;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
  private static final int VECTOR = 4;
  private static final int VECTOR_BYTES = 16;

  /** What a thread has in flight, of one array or of two, in accesses of 16 bytes or of 4. */
  private static final int WIDE_BYTES = 64;

  private static final int NARROW_BYTES = 32;
  private static final long MOST_FLOATS = Long.MAX_VALUE / Float.BYTES;

  private final Kernels kernels;

  public Elementwise(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * x_j = value.
   *
   * @param x address of x, written
   * @param count of numbers, at least 0
   * @param value rounded to single precision, finite there
   */
  public void fill(long x, long count, double value, Stream stream) {
    int width = width(x);
    Arguments arguments =
        Arguments.of(entry("fill", width))
            .address("x", x, Float.BYTES)
            .int64("count", count, 0, MOST_FLOATS)
            .float32("value", value);
    launch(count, width, 1, arguments, stream);
  }

  /**
   * y_j = y_j + factor x_j, rounded once.
   *
   * @param y address of y, read and written
   * @param factor rounded to single precision, finite there
   * @param x address of x; must not overlap y
   * @param count of numbers, at least 0
   */
  public void addScaled(long y, double factor, long x, long count, Stream stream) {
    int width = width(y, x);
    Arguments arguments =
        Arguments.of(entry("add_scaled", width))
            .address("y", y, Float.BYTES)
            .float32("factor", factor)
            .address("x", x, Float.BYTES)
            .int64("count", count, 0, MOST_FLOATS);
    launch(count, width, 2, arguments, stream);
  }

  /**
   * y_j = max(x_j, 0); NaN stays NaN, -0 gives 0.
   *
   * @param x address of x
   * @param y address of y, written; may be that of x, must not overlap it otherwise
   * @param count of numbers, at least 0
   */
  public void relu(long x, long y, long count, Stream stream) {
    int width = width(x, y);
    Arguments arguments =
        Arguments.of(entry("relu", width))
            .address("x", x, Float.BYTES)
            .address("y", y, Float.BYTES)
            .int64("count", count, 0, MOST_FLOATS);
    launch(count, width, 1, arguments, stream);
  }

  /**
   * dx_j = dy_j where y_j > 0, else 0, also where y_j is NaN.
   *
   * @param y address of what {@link #relu} gave
   * @param outputGradient address of dy
   * @param inputGradient address of dx, written; may be that of dy, must not overlap anything
   *     otherwise
   * @param count of numbers, at least 0
   */
  public void reluBackward(
      long y, long outputGradient, long inputGradient, long count, Stream stream) {
    int width = width(y, outputGradient, inputGradient);
    Arguments arguments =
        Arguments.of(entry("relu_backward", width))
            .address("y", y, Float.BYTES)
            .address("dy", outputGradient, Float.BYTES)
            .address("dx", inputGradient, Float.BYTES)
            .int64("count", count, 0, MOST_FLOATS);
    launch(count, width, 2, arguments, stream);
  }

  /**
   * target_tsl = source_stl for s &lt; first, t &lt; second, l &lt; length.
   *
   * <p>Fastest where length is a multiple of 4; a length of less than 8 reads more than it needs.
   *
   * @param source address of first x second x length numbers
   * @param target address of second x first x length numbers, written; must not overlap the source
   * @param first at least 0
   * @param second at least 0
   * @param length 0 to 2^30
   */
  public void swapAxes(
      long source, long target, int first, int second, long length, Stream stream) {
    int width = length % VECTOR == 0 ? width(source, target) : 1;
    String entry = entry("swap_axes", width);
    Sizes.require(entry, "length", length, 0, Sizes.MOST_ITEMS);
    long most = Sizes.mostArrays(Math.max(1, first), Math.max(1, length));
    int mostRows = (int) Math.min(Integer.MAX_VALUE, most);
    Arguments arguments =
        Arguments.of(entry)
            .address("source", source, Float.BYTES)
            .address("target", target, Float.BYTES)
            .int32("first", first, 0, Integer.MAX_VALUE)
            .int32("second", second, 0, mostRows)
            .int32("length", length, 0, Sizes.MOST_ITEMS);
    long runs = (long) first * second;
    if (runs == 0 || length == 0) {
      return;
    }
    Slices slices = Slices.of(kernels.device(), runs, Math.toIntExact(length / width), 1);
    kernels.launch(KernelFile.ELEMENTWISE, slices.shape(), slices.addTo(arguments), stream);
  }

  private static String entry(String operation, int width) {
    return "elementwise_" + operation + "_x" + width;
  }

  private static int width(long... addresses) {
    for (long address : addresses) {
      if (address % VECTOR_BYTES != 0) {
        return 1;
      }
    }
    return VECTOR;
  }

  /** Launches for so many numbers of each of the arrays that are in flight. */
  private void launch(long count, int width, int arrays, Arguments arguments, Stream stream) {
    if (count == 0) {
      return;
    }
    int bytes = (width == 1 ? NARROW_BYTES : WIDE_BYTES) / arrays;
    LaunchShape shape =
        LaunchShape.stride(
            kernels.device(),
            count,
            THREADS * bytes / Float.BYTES,
            BLOCKS_PER_MULTIPROCESSOR,
            THREADS);
    kernels.launch(KernelFile.ELEMENTWISE, shape, arguments, stream);
  }
}
