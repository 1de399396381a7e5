package io.loxodrome.cuda;

/**
 * What stands around the matrix products in the layerwise metric M = mu D + K K^T, whose columns
 * are K_(i,a) = J_i^T u_ia / sqrt(B): q columns u_ia of the output factor for each of B examples.
 */
public final class LayerwiseGram {
  private static final String FAMILY = "riemann";
  private static final int VECTOR = 4;
  private static final int VECTOR_BYTES = 16;
  private static final int LANES = 32;
  private static final int WORDS_PER_LANE = 4;

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
   * The Gram matrix of a layer's columns from those of what they are made of.
   *
   * @param batch B, at least 0
   * @param columns q per example, at least 1; B q is at most 2^30
   */
  public record GramShape(int batch, int columns) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException naming the size, its value and its limits
     */
    public GramShape {
      Sizes.require(FAMILY, "columns", columns, 1, Sizes.MOST_ITEMS);
      Sizes.require(FAMILY, "batch", batch, 0, Sizes.MOST_ITEMS / columns);
    }

    private int size() {
      return batch * columns;
    }
  }

  /**
   * S[(i, a)][(j, b)] = X[i][j] M[i][j] U[(i, a)][(j, b)] / B, and mu more on the diagonal.
   *
   * <p>X, M and U are Gram matrices: X = x x^T of the layer's inputs, U = u u^T of the columns, M =
   * A Q A^T of the coefficients on a weight manifold. Each is row-major and contiguous. Fastest
   * where U and S are 16-byte aligned and B q is a multiple of 4.
   *
   * @param inputs device address of X, floats B x B, 4-byte aligned
   * @param mixing device address of M, floats B x B, 4-byte aligned; 0 for all ones
   * @param gram device address of U, floats (B q) x (B q), 4-byte aligned
   * @param damping mu, finite
   * @param s device address, written, floats (B q) x (B q), 4-byte aligned; may be {@code gram}
   */
  public void hadamardGram(
      GramShape shape, long inputs, long mixing, long gram, double damping, long s, Stream stream) {
    boolean vectors = takesVectors(shape.size(), gram, s);
    Arguments arguments = grams(entry("hadamard_gram", vectors), inputs, mixing, gram, s, shape);
    arguments.float32("mu", damping);
    launch(shape, vectors, arguments, stream);
  }

  /**
   * S[(i, a)][(j, b)] += X[i][j] M[i][j] U[(i, a)][(j, b)] / B: one more pair of positions of a
   * layer whose parameters are used at several.
   *
   * @param inputs device address of X, floats B x B, 4-byte aligned
   * @param mixing device address of M, floats B x B, 4-byte aligned; 0 for all ones
   * @param gram device address of U, floats (B q) x (B q), 4-byte aligned
   * @param s device address, updated, floats (B q) x (B q), 4-byte aligned; not {@code gram}
   */
  public void addHadamardGram(
      GramShape shape, long inputs, long mixing, long gram, long s, Stream stream) {
    boolean vectors = takesVectors(shape.size(), gram, s);
    Arguments arguments =
        grams(entry("hadamard_gram_add", vectors), inputs, mixing, gram, s, shape);
    launch(shape, vectors, arguments, stream);
  }

  private static Arguments grams(
      String entry, long inputs, long mixing, long gram, long s, GramShape shape) {
    return Arguments.of(entry)
        .address("X", inputs, Float.BYTES)
        .optionalAddress("M", mixing, Float.BYTES)
        .address("U", gram, Float.BYTES)
        .address("S", s, Float.BYTES)
        .float32("1 / B", 1.0 / Math.max(1, shape.batch()));
  }

  private void launch(GramShape shape, boolean vectors, Arguments arguments, Stream stream) {
    arguments
        .int32("batch", shape.batch(), 0, Sizes.MOST_ITEMS)
        .int32("columns", shape.columns(), 1, Sizes.MOST_ITEMS);
    if (shape.batch() == 0) {
      return;
    }
    int items = vectors ? shape.size() / VECTOR : shape.size();
    launch(Slices.of(kernels.device(), shape.batch(), items, 1), arguments, stream);
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
