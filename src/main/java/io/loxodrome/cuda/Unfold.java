package io.loxodrome.cuda;

/** Images to columns and back, which makes a convolution a product of matrices. */
public final class Unfold {
  private static final String FAMILY = "im2col";
  private static final int MOST_SIDE = 32768;
  private static final int VECTOR = 4;
  private static final int VECTOR_BYTES = 16;

  private final Kernels kernels;

  public Unfold(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * Images and the windows that slide over them.
   *
   * @param batch B, at least 0
   * @param channels C, at least 1
   * @param height H, 1 to 32768
   * @param width W, 1 to 32768
   * @param kernel k, height and width of a window, 1 to 32768
   * @param stride of the windows, 1 to 32768
   * @param padding zeros on each side, 0 to k - 1
   */
  public record Shape(
      long batch, int channels, int height, int width, int kernel, int stride, int padding) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException naming the size, its value and its limits
     */
    public Shape {
      Sizes.require(FAMILY, "channels", channels, 1, Integer.MAX_VALUE);
      Sizes.require(FAMILY, "height", height, 1, MOST_SIDE);
      Sizes.require(FAMILY, "width", width, 1, MOST_SIDE);
      Sizes.require(FAMILY, "kernel", kernel, 1, MOST_SIDE);
      Sizes.require(FAMILY, "stride", stride, 1, MOST_SIDE);
      Sizes.require(FAMILY, "padding", padding, 0, kernel - 1);
      Sizes.require(FAMILY, "height with padding", height + 2L * padding, kernel, Long.MAX_VALUE);
      Sizes.require(FAMILY, "width with padding", width + 2L * padding, kernel, Long.MAX_VALUE);
      long positions =
          (long) positions(height, kernel, stride, padding)
              * positions(width, kernel, stride, padding);
      Sizes.require(FAMILY, "positions", positions, 1, Sizes.MOST_ITEMS);
      long most =
          Math.min(
              Sizes.mostArrays(channels, height, width),
              Sizes.mostArrays(channels, (long) kernel * kernel, positions));
      Sizes.require(FAMILY, "batch", batch, 0, most);
    }

    private static int positions(int extent, int kernel, int stride, int padding) {
      return (extent + 2 * padding - kernel) / stride + 1;
    }

    /** Ho, window positions along the height. */
    public int rows() {
      return positions(height, kernel, stride, padding);
    }

    /** Wo, window positions along the width. */
    public int columns() {
      return positions(width, kernel, stride, padding);
    }

    private long planes() {
      return batch * channels;
    }
  }

  /**
   * columns_i[(c, kh, kw)][(oh, ow)] = x_i[c][oh stride - padding + kh][ow stride - padding + kw],
   * 0 where that is outside the image.
   *
   * <p>Fastest where columns is 16-byte aligned and Ho Wo a multiple of 4.
   *
   * @param x device address, floats B x C x H x W, 4-byte aligned
   * @param columns device address, written, floats B x (C k k) x (Ho Wo), 4-byte aligned
   */
  public void im2col(Shape shape, long x, long columns, Stream stream) {
    launch("im2col", shape, "x", x, "columns", columns, shape.rows() * shape.columns(), stream);
  }

  /**
   * dx_i[c][h][w] = the sum of all columns_i[(c, kh, kw)][(oh, ow)] that {@link #im2col} reads
   * x_i[c][h][w] for: its transpose. What was in dx is overwritten.
   *
   * <p>Fastest where dx is 16-byte aligned and H W a multiple of 4.
   *
   * @param columns device address, floats B x (C k k) x (Ho Wo), 4-byte aligned
   * @param dx device address, written, floats B x C x H x W, 4-byte aligned
   */
  public void col2im(Shape shape, long columns, long dx, Stream stream) {
    launch("col2im", shape, "columns", columns, "dx", dx, shape.height() * shape.width(), stream);
  }

  private void launch(
      String name,
      Shape shape,
      String source,
      long from,
      String target,
      long to,
      int written,
      Stream stream) {
    boolean vectors = to % VECTOR_BYTES == 0 && written % VECTOR == 0;
    Arguments arguments =
        Arguments.of(entry(name, shape.kernel(), vectors))
            .address(source, from, Float.BYTES)
            .address(target, to, Float.BYTES)
            .int64("planes", shape.planes(), 0, Long.MAX_VALUE)
            .int32("height", shape.height(), 1, MOST_SIDE)
            .int32("width", shape.width(), 1, MOST_SIDE)
            .int32("rows", shape.rows(), 1, Sizes.MOST_ITEMS)
            .int32("columns", shape.columns(), 1, Sizes.MOST_ITEMS)
            .int32("kernel", shape.kernel(), 1, MOST_SIDE)
            .int32("stride", shape.stride(), 1, MOST_SIDE)
            .int32("padding", shape.padding(), 0, MOST_SIDE);
    if (shape.batch() == 0) {
      return;
    }
    int items = vectors ? written / VECTOR : written;
    Slices slices = Slices.of(kernels.device(), shape.planes(), items, 1);
    kernels.launch(KernelFile.IM2COL, slices.shape(), slices.addTo(arguments), stream);
  }

  private static String entry(String name, int kernel, boolean vectors) {
    return name + (kernel == 3 ? "_k3" : "") + (vectors ? "_x4" : "_x1");
  }
}
