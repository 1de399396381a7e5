package io.loxodrome.cuda;

/**
 * What stands around the matrix products in the layerwise metric M = mu D + K K^T, whose columns
 * K_(a,i) = J_i^T u_ai belong to q probes of each of B examples: column a B + i is probe a's of
 * example i.
 */
public final class LayerwiseGram {
  private static final String FAMILY = "riemann";
  private static final int VECTOR = 4;
  private static final int VECTOR_BYTES = 16;
  private static final int LANES = 32;
  private static final int WORDS_PER_LANE = 4;
  private static final int THREADS = 256;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
  private static final int TILE = 32;

  private final Kernels kernels;

  public LayerwiseGram(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * The columns of an output factor.
   *
   * @param batch B, at least 0
   * @param columns q per example, at least 1
   * @param outputs O, the length of a column, 1 to 2^30
   */
  public record Shape(long batch, int columns, int outputs) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException naming the size, its value and its limits
     */
    public Shape {
      Sizes.require(FAMILY, "columns", columns, 1, Sizes.MOST_ITEMS);
      Sizes.require(FAMILY, "outputs", outputs, 1, Sizes.MOST_ITEMS);
      Sizes.require(FAMILY, "batch", batch, 0, Sizes.mostArrays(columns, outputs));
    }
  }

  /**
   * The Gram matrix S of a layer's columns, N x N with N = q B; of it and of what it is made of
   * only the lower triangle counts.
   *
   * @param batch B, at least 0
   * @param probes q, at least 1; B q is at most 2^30
   */
  public record GramShape(int batch, int probes) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException naming the size, its value and its limits
     */
    public GramShape {
      Sizes.require(FAMILY, "probes", probes, 1, Sizes.MOST_ITEMS);
      Sizes.require(FAMILY, "batch", batch, 0, Sizes.MOST_ITEMS / probes);
    }

    private int size() {
      return batch * probes;
    }
  }

  /**
   * S_(ai)(bj) += factor (X_ij + square) U_(ai)(bj), or factor U_(ai)(bj) alone.
   *
   * @param inputs device address of X = x x^T, floats B x B, 4-byte aligned; 0 for U alone
   * @param square of an input more that is the same everywhere, finite
   * @param products device address of U = u u^T, floats N x N, 4-byte aligned
   * @param factor finite
   * @param s device address of S, updated, floats N x N, 4-byte aligned; not U's
   */
  public void add(
      GramShape shape,
      long inputs,
      double square,
      long products,
      double factor,
      long s,
      Stream stream) {
    Arguments arguments =
        Arguments.of("gram_add")
            .optionalAddress("X", inputs, Float.BYTES)
            .address("U", products, Float.BYTES)
            .address("S", s, Float.BYTES)
            .float32("factor", factor)
            .float32("square", square);
    launchRows(shape, arguments, stream);
  }

  /**
   * S_(ai)(bj) *= M_ij.
   *
   * @param mixing device address of M, floats B x B, 4-byte aligned
   * @param s device address of S, updated, floats N x N, 4-byte aligned
   */
  public void mix(GramShape shape, long mixing, long s, Stream stream) {
    Arguments arguments =
        Arguments.of("gram_mix").address("M", mixing, Float.BYTES).address("S", s, Float.BYTES);
    launchRows(shape, arguments, stream);
  }

  private void launchRows(GramShape shape, Arguments arguments, Stream stream) {
    arguments
        .int32("batch", shape.batch(), 0, Sizes.MOST_ITEMS)
        .int32("size", shape.size(), 0, Sizes.MOST_ITEMS);
    launchGrid(shape.size(), arguments, stream);
  }

  /**
   * Writes to the upper triangle of a matrix what its lower one has.
   *
   * @param size N, 0 to 2^30
   * @param matrix device address, updated, floats N x N, 4-byte aligned
   */
  public void mirror(int size, long matrix, Stream stream) {
    Arguments arguments =
        Arguments.of("gram_mirror")
            .address("S", matrix, Float.BYTES)
            .int32("size", size, 0, Sizes.MOST_ITEMS);
    long tiles = (size + TILE - 1L) / TILE;
    launchGrid(tiles * tiles, arguments, stream);
  }

  /** A block for each of so many items, but no more than fill the device. */
  private void launchGrid(long items, Arguments arguments, Stream stream) {
    if (items > 0) {
      LaunchShape shape =
          LaunchShape.stride(kernels.device(), items, 1, BLOCKS_PER_MULTIPROCESSOR, THREADS);
      kernels.launch(KernelFile.RIEMANN, shape, arguments, stream);
    }
  }

  /**
   * V_i = factor sum_a w_ia u_ia, the inner half of K w.
   *
   * <p>Fastest where u and V are 16-byte aligned and O is a multiple of 4.
   *
   * @param columns device address of u, floats B x q x O, 4-byte aligned
   * @param weights device address of w, floats B x q, 4-byte aligned
   * @param factor finite, such as 1 / sqrt(B)
   * @param combined device address of V, written, floats B x O, 4-byte aligned
   */
  public void combineColumns(
      Shape shape, long columns, long weights, double factor, long combined, Stream stream) {
    boolean vectors = takesVectors(shape.outputs(), columns, combined);
    Arguments arguments =
        Arguments.of(entry("combine_columns", vectors))
            .address("u", columns, Float.BYTES)
            .address("w", weights, Float.BYTES)
            .address("V", combined, Float.BYTES)
            .float32("factor", factor);
    addSizes(arguments, shape);
    if (shape.batch() == 0) {
      return;
    }
    int items = vectors ? shape.outputs() / VECTOR : shape.outputs();
    launch(Slices.of(kernels.device(), shape.batch(), items, 1), arguments, stream);
  }

  /**
   * t_ia = factor u_ia . T_i, the inner half of K^T g.
   *
   * <p>Fastest where u and T are 16-byte aligned and O is a multiple of 4.
   *
   * @param columns device address of u, floats B x q x O, 4-byte aligned
   * @param targets device address of T, floats B x O, 4-byte aligned
   * @param factor finite, such as 1 / sqrt(B)
   * @param projected device address of t, written, floats B x q, 4-byte aligned
   */
  public void projectColumns(
      Shape shape, long columns, long targets, double factor, long projected, Stream stream) {
    boolean vectors = takesVectors(shape.outputs(), columns, targets);
    Arguments arguments =
        Arguments.of(entry("project_columns", vectors))
            .address("u", columns, Float.BYTES)
            .address("T", targets, Float.BYTES)
            .address("t", projected, Float.BYTES)
            .float32("factor", factor);
    addSizes(arguments, shape);
    if (shape.batch() == 0) {
      return;
    }
    int team = team(vectors ? shape.outputs() / VECTOR : shape.outputs());
    arguments.int32("team", team, 1, LANES);
    launch(Slices.of(kernels.device(), shape.batch(), shape.columns(), team), arguments, stream);
  }

  /** Lanes that share a column of so many words, a power of two: each has at least a few. */
  private static int team(int words) {
    return Integer.highestOneBit(Math.min(LANES, Math.max(1, words / WORDS_PER_LANE)));
  }

  private static void addSizes(Arguments arguments, Shape shape) {
    arguments
        .int64("batch", shape.batch(), 0, Long.MAX_VALUE)
        .int32("columns", shape.columns(), 1, Sizes.MOST_ITEMS)
        .int32("outputs", shape.outputs(), 1, Sizes.MOST_ITEMS);
  }

  private void launch(Slices slices, Arguments arguments, Stream stream) {
    kernels.launch(KernelFile.RIEMANN, slices.shape(), slices.addTo(arguments), stream);
  }

  private static boolean takesVectors(int length, long first, long second) {
    return length % VECTOR == 0 && first % VECTOR_BYTES == 0 && second % VECTOR_BYTES == 0;
  }

  private static String entry(String name, boolean vectors) {
    return name + (vectors ? "_x4" : "_x1");
  }
}
