package io.loxodrome.cuda;

/**
 * Pooling over square windows that do not overlap, and its gradients; incomplete windows, at the
 * right and at the bottom, are left out.
 *
 * <p>All arrays are floats, 4-byte aligned: x and dx planes x H x W, y and dy planes x H/k x W/k,
 * rounded down. Fastest where k = 2, W is even, and x and dx are 8-byte aligned. No array may
 * overlap one that is written.
 */
public final class WindowPooling {
  private static final String FAMILY = "pooling";
  private static final int MOST_SIDE = 32768;
  private static final int MOST_UNROLLED = 3;
  private static final int PAIR_BYTES = 2 * Float.BYTES;
  private static final int WARP = 32;

  private final Kernels kernels;

  public WindowPooling(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * Images and the windows that tile them.
   *
   * @param planes channels of all examples, at least 0
   * @param height H, 1 to 32768
   * @param width W, 1 to 32768
   * @param window k, side and stride of a window, 1 to the lesser of H and W
   */
  public record Shape(long planes, int height, int width, int window) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException naming the size, its value and its limits
     */
    public Shape {
      Sizes.require(FAMILY, "height", height, 1, MOST_SIDE);
      Sizes.require(FAMILY, "width", width, 1, MOST_SIDE);
      Sizes.require(FAMILY, "window", window, 1, Math.min(height, width));
      Sizes.require(FAMILY, "planes", planes, 0, Sizes.mostArrays(height, width));
    }

    /** Complete windows of a plane. */
    private int windows() {
      return (height / window) * (width / window);
    }

    /** Windows of a plane, those that its edges cut off too. */
    private int touchedWindows() {
      return ((height - 1) / window + 1) * ((width - 1) / window + 1);
    }
  }

  /**
   * y_prc = the maximum of window (r, c) of plane p, NaN if one is in it.
   *
   * @param x address of x
   * @param y address of y, written
   */
  public void maximum(Shape shape, long x, long y, Stream stream) {
    Arguments arguments =
        Arguments.of(entry("maximum", shape, x))
            .address("x", x, Float.BYTES)
            .address("y", y, Float.BYTES);
    launch(shape, shape.windows(), arguments, stream);
  }

  /**
   * dx = dy of its window where x is the first maximum in row order, else 0. A NaN is larger than
   * nothing, so a window's first number is its maximum if it is NaN.
   *
   * @param x address of what {@link #maximum} was given
   * @param outputGradient address of dy
   * @param inputGradient address of dx, written everywhere
   */
  public void maximumBackward(
      Shape shape, long x, long outputGradient, long inputGradient, Stream stream) {
    Arguments arguments =
        Arguments.of(entry("maximum_backward", shape, x, inputGradient))
            .address("x", x, Float.BYTES)
            .address("dy", outputGradient, Float.BYTES)
            .address("dx", inputGradient, Float.BYTES);
    launch(shape, shape.touchedWindows(), arguments, stream);
  }

  /**
   * y_prc = the mean of window (r, c) of plane p.
   *
   * @param x address of x
   * @param y address of y, written
   */
  public void average(Shape shape, long x, long y, Stream stream) {
    Arguments arguments =
        Arguments.of(entry("average", shape, x))
            .address("x", x, Float.BYTES)
            .address("y", y, Float.BYTES);
    launch(shape, shape.windows(), arguments, stream);
  }

  /**
   * dx = dy of its window / k^2, 0 where there is no window.
   *
   * @param outputGradient address of dy
   * @param inputGradient address of dx, written everywhere
   */
  public void averageBackward(Shape shape, long outputGradient, long inputGradient, Stream stream) {
    Arguments arguments =
        Arguments.of(entry("average_backward", shape, inputGradient))
            .address("dy", outputGradient, Float.BYTES)
            .address("dx", inputGradient, Float.BYTES);
    launch(shape, shape.touchedWindows(), arguments, stream);
  }

  /** The entry for this window, in pairs of numbers where these addresses and W allow it. */
  private static String entry(String operation, Shape shape, long... addresses) {
    String entry = FAMILY + "_" + operation;
    if (!isUnrolled(shape.window())) {
      return entry + "_any";
    }
    return entry + "_k" + shape.window() + (takesPairs(shape, addresses) ? "_x2" : "");
  }

  private static boolean isUnrolled(int window) {
    return window > 1 && window <= MOST_UNROLLED;
  }

  private static boolean takesPairs(Shape shape, long... addresses) {
    boolean pairs = shape.window() == 2 && shape.width() % 2 == 0;
    for (long address : addresses) {
      pairs &= address % PAIR_BYTES == 0;
    }
    return pairs;
  }

  private void launch(Shape shape, int items, Arguments arguments, Stream stream) {
    arguments
        .int64("planes", shape.planes(), 0, Long.MAX_VALUE)
        .int32("height", shape.height(), 1, MOST_SIDE)
        .int32("width", shape.width(), 1, MOST_SIDE)
        .int32("window", shape.window(), 1, MOST_SIDE);
    if (shape.planes() == 0) {
      return;
    }
    int threadsPerItem = isUnrolled(shape.window()) ? 1 : WARP;
    Slices slices = Slices.of(kernels.device(), shape.planes(), items, threadsPerItem);
    kernels.launch(KernelFile.POOLING, slices.shape(), slices.addTo(arguments), stream);
  }
}
