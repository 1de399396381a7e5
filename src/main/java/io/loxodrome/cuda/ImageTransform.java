package io.loxodrome.cuda;

/** From stored bytes to a network's input: turns, scales, normalises and adds noise in one pass. */
public final class ImageTransform {
  private static final String FAMILY = "image";
  private static final int MOST_SIDE = 32768;
  private static final int VECTOR = 4;
  private static final int VECTOR_BYTES = 16;
  private static final int PAIR_BYTES = 8;
  private static final int LANES = 32;

  /** Pixels or numbers of one warp where each thread cannot have neighbours. */
  private static final int WARP_SPAN = 128;

  /** What is left of them where noise does not start at a multiple of 4. */
  private static final int NOISY_WARP_SPAN = 124;

  private final Kernels kernels;

  public ImageTransform(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * The images there are, and how many examples are made of them.
   *
   * @param images N, at least 1
   * @param batch B, at least 0
   * @param channels C, at least 1
   * @param height H, 1 to 32768
   * @param width W, 1 to 32768
   */
  public record Shape(int images, long batch, int channels, int height, int width) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException naming the size, its value and its limits
     */
    public Shape {
      Sizes.require(FAMILY, "channels", channels, 1, Integer.MAX_VALUE);
      Sizes.require(FAMILY, "height", height, 1, MOST_SIDE);
      Sizes.require(FAMILY, "width", width, 1, MOST_SIDE);
      long most = Sizes.mostArrays(channels, height, width);
      Sizes.require(FAMILY, "images", images, 1, Math.min(Integer.MAX_VALUE, most));
      Sizes.require(FAMILY, "batch", batch, 0, most);
    }

    private int plane() {
      return height * width;
    }
  }

  /**
   * Noise to be added: x_i = (1 - t_i) x_i + t_i eta_i.
   *
   * <p>eta is standard normal: number e of stream t is entry e mod 4 of what Box and Muller make of
   * block (e / 4, t) of Philox4x32-10 under the key {@code seed}, to 5e-6. Element e of example i
   * takes number e of stream {@code firstStream + i}.
   *
   * @param amounts device address of t, B floats in [0, 1], 4-byte aligned
   * @param seed the key
   * @param firstStream example 0's stream
   */
  public record Noise(long amounts, long seed, long firstStream) {}

  /**
   * What {@code normalization} points to in {@link #rotate}, for means and deviations of pixels in
   * [0, 1]: a pair (1 / (255 deviation_c), -mean_c / deviation_c) per channel.
   *
   * @throws IllegalArgumentException if there is not one of each, a mean is not finite, or a
   *     deviation not finite and above 0
   */
  public static float[] normalization(double[] mean, double[] deviation) {
    if (mean.length != deviation.length) {
      throw new IllegalArgumentException(
          "there are %d means and %d deviations, expected one of each per channel"
              .formatted(mean.length, deviation.length));
    }
    float[] pairs = new float[2 * mean.length];
    for (int c = 0; c < mean.length; c++) {
      pairs[2 * c] = (float) (1 / (255 * deviation[c]));
      pairs[2 * c + 1] = (float) (-mean[c] / deviation[c]);
      if (!(deviation[c] > 0 && pairs[2 * c] > 0)
          || !Float.isFinite(pairs[2 * c])
          || !Float.isFinite(pairs[2 * c + 1])) {
        throw new IllegalArgumentException(
            "channel %d has mean %s and deviation %s, expected finite numbers, a deviation above 0"
                    .formatted(c, mean[c], deviation[c])
                + " and a quotient that is finite in single precision");
      }
    }
    return pairs;
  }

  /**
   * x_i = R(2 pi s_i) (image / 255 - mean) / deviation, the image being number index_i, shown 1 /
   * r_i as large as it is.
   *
   * <p>R turns counterclockwise about the image's centre as the image is seen, bilinear, with zeros
   * outside after normalisation. An example whose index is not in 0..N-1, whose turn is not finite
   * or whose shrink is not in 1/16..16 becomes NaN. Fastest where x is 16-byte aligned and H W a
   * multiple of 4.
   *
   * @param images device address, uint8 N x C x H x W
   * @param indices device address, int32 B, 4-byte aligned
   * @param turns device address of s, B floats, 4-byte aligned
   * @param shrinks device address of r, B floats, 4-byte aligned
   * @param normalization device address of {@link #normalization}'s C pairs, 8-byte aligned
   * @param x device address, written, floats B x C x H x W, 4-byte aligned
   */
  public void rotate(
      Shape shape,
      long images,
      long indices,
      long turns,
      long shrinks,
      long normalization,
      long x,
      Stream stream) {
    boolean vectors = takesVectors(x, shape.plane());
    Arguments arguments = Arguments.of(entry("image_rotate", vectors));
    addSources(arguments, images, indices, turns, shrinks, normalization);
    addTarget(arguments, x, shape);
    launch(shape, vectors, WARP_SPAN, arguments, stream);
  }

  /**
   * {@link #rotate}, then {@link #addNoise}, in one pass.
   *
   * @param noise of which example i's elements are its C x H x W
   */
  public void rotateAndAddNoise(
      Shape shape,
      long images,
      long indices,
      long turns,
      long shrinks,
      long normalization,
      Noise noise,
      long x,
      Stream stream) {
    boolean vectors = takesVectors(x, shape.plane());
    Arguments arguments = Arguments.of(entry("image_rotate_noise", vectors));
    addSources(arguments, images, indices, turns, shrinks, normalization);
    addNoise(arguments, noise);
    addTarget(arguments, x, shape);
    launch(shape, vectors, NOISY_WARP_SPAN, arguments, stream);
  }

  private void launch(
      Shape shape, boolean vectors, int warpSpan, Arguments arguments, Stream stream) {
    if (shape.batch() == 0) {
      return;
    }
    Slices slices =
        vectors
            ? Slices.of(kernels.device(), shape.batch(), shape.plane() / VECTOR, 1)
            : Slices.of(kernels.device(), shape.batch(), (shape.plane() - 1) / warpSpan + 1, LANES);
    kernels.launch(KernelFile.IMAGE, slices.shape(), slices.addTo(arguments), stream);
  }

  private static void addSources(
      Arguments arguments,
      long images,
      long indices,
      long turns,
      long shrinks,
      long normalization) {
    arguments
        .address("images", images, Byte.BYTES)
        .address("indices", indices, Integer.BYTES)
        .address("turns", turns, Float.BYTES)
        .address("shrinks", shrinks, Float.BYTES)
        .address("normalization", normalization, PAIR_BYTES);
  }

  private static void addNoise(Arguments arguments, Noise noise) {
    arguments
        .address("amounts", noise.amounts(), Float.BYTES)
        .bits64(noise.seed())
        .bits64(noise.firstStream());
  }

  private static void addTarget(Arguments arguments, long x, Shape shape) {
    arguments
        .address("x", x, Float.BYTES)
        .int32("images", shape.images(), 1, Integer.MAX_VALUE)
        .int64("batch", shape.batch(), 0, Long.MAX_VALUE)
        .int32("channels", shape.channels(), 1, Integer.MAX_VALUE)
        .int32("height", shape.height(), 1, MOST_SIDE)
        .int32("width", shape.width(), 1, MOST_SIDE);
  }

  /**
   * x_i = (1 - t_i) x_i + t_i eta_i, as {@link Noise} says.
   *
   * <p>Fastest where x is 16-byte aligned and the length a multiple of 4.
   *
   * @param batch B, at least 0
   * @param length elements of an example, 0 to 2^32
   * @param x device address, updated, floats B x length, 4-byte aligned
   */
  public void addNoise(long batch, long length, Noise noise, long x, Stream stream) {
    boolean vectors = takesVectors(x, length);
    int span = vectors ? VECTOR : WARP_SPAN;
    Arguments arguments = Arguments.of(entry("image_noise", vectors));
    addNoise(arguments, noise);
    arguments
        .address("x", x, Float.BYTES)
        .int64("batch", batch, 0, Sizes.mostArrays(Math.max(1, length)))
        .int64("length", length, 0, (long) VECTOR * Sizes.MOST_ITEMS);
    if (batch == 0 || length == 0) {
      return;
    }
    int items = (int) ((length - 1) / span + 1);
    arguments.int32("items", items, 1, Sizes.MOST_ITEMS);
    Slices slices = Slices.of(kernels.device(), batch, items, vectors ? 1 : LANES);
    kernels.launch(KernelFile.IMAGE, slices.shape(), slices.addTo(arguments), stream);
  }

  private static boolean takesVectors(long x, long length) {
    return x % VECTOR_BYTES == 0 && length % VECTOR == 0;
  }

  private static String entry(String name, boolean vectors) {
    return name + (vectors ? "_x4" : "_x1");
  }
}
