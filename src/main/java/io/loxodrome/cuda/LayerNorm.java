package io.loxodrome.cuda;

/**
 * Layer normalisation of each example over all its channels and positions, with gains and shifts
 * mixed from basis points: y_icp = gain_ic xhat_icp + shift_ic, gain_ic = sum_k a_ik gain_kc.
 *
 * <p>xhat = (x - mean_i) / sqrt(variance_i + epsilon), mean and variance over the C P elements of
 * example i. Activations (x, y and their gradients) are B x C x P in either storage; coefficients a
 * (B x n), gains and shifts (n x C) and everything else are in single precision, as is all
 * arithmetic. Arrays are contiguous, at any multiple of their elements' size; 16 bytes are moved at
 * once where the activations are 16-byte aligned and P is a multiple of 4 (FLOAT32) or 8
 * (BFLOAT16), or where P = 1, C is such a multiple and gains, shifts and their gradients are
 * 16-byte aligned too.
 *
 * <p>Rows (C P) of up to 12288 elements are read once and written once. Longer ones are split
 * between blocks and read twice, as are those with more than 5120 channels unless P = 1 and 16
 * bytes are moved at once; only they need workspace. Same input and device, same bits.
 */
public final class LayerNorm {
  private static final int WARP = 32;
  private static final int ELEMENTS_PER_WARP = 16 * WARP;
  private static final int MOST_HELD = 24 * ELEMENTS_PER_WARP;
  private static final int SPLIT_THREADS = 256;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 4;

  /** Twice as many words of shared memory hold the mixed gains and shifts: 40 KB. */
  private static final int MOST_TABLED = 5120;

  /** A part begins where every kind of access is aligned if the row is. */
  private static final int PART_STEP = 8;

  /** Fewer elements are not worth a block of their own. */
  private static final int LEAST_PART = 4096;

  /** Sums that backward leaves for each part; forward leaves fewer. */
  private static final int PARTIALS = 3;

  private static final int VECTOR_BYTES = 16;

  private final Kernels kernels;

  public LayerNorm(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * Bytes that {@link #forward} and {@link #backward} may need as workspace; 0 for rows that are
   * read once.
   */
  public long workspaceBytes(NormShape shape) {
    if (shape.isEmpty() || isHeld(shape, false)) {
      return 0;
    }
    return shape.batch() * Split.of(shape, kernels.device()).parts() * PARTIALS * Float.BYTES;
  }

  /**
   * Writes y, and the means and inverse deviations that {@link #backward} needs.
   *
   * @param epsilon what is added to the variance, at least 0
   * @param x device address, B x C x P, in {@code storage}
   * @param coefficients device address of a, B x n
   * @param gains device address, n x C
   * @param shifts device address, n x C
   * @param y device address, written, B x C x P, in {@code storage}; must not overlap x
   * @param means device address, written, B
   * @param inverseDeviations device address, written, B: 1 / sqrt(variance + epsilon)
   * @param workspace device address of {@link #workspaceBytes} bytes, a multiple of 4; may be 0 if
   *     that is 0
   */
  public void forward(
      NormShape shape,
      Storage storage,
      double epsilon,
      long x,
      long coefficients,
      long gains,
      long shifts,
      long y,
      long means,
      long inverseDeviations,
      long workspace,
      Stream stream) {
    Access access = Access.of(shape, storage, x | y, gains | shifts);
    boolean held = isHeld(shape, access.each());
    Arguments arguments =
        Arguments.of((held ? "norm_forward_" : "norm_forward_split_") + access.suffix())
            .address("x", x, storage.bytes())
            .address("y", y, storage.bytes())
            .address("coefficients", coefficients, Float.BYTES)
            .address("gains", gains, Float.BYTES)
            .address("shifts", shifts, Float.BYTES)
            .address("means", means, Float.BYTES)
            .address("inverseDeviations", inverseDeviations, Float.BYTES);
    addShape(arguments, shape);
    requireNotNegative(arguments.kernel(), epsilon);
    arguments.float32("epsilon", epsilon);
    if (shape.isEmpty()) {
      return;
    }
    if (held) {
      launchHeld(arguments, shape, access.tableBytes(2 * shape.channels()), stream);
      return;
    }
    Split split = Split.of(shape, kernels.device());
    Arguments sums =
        Arguments.of("norm_forward_sums_" + access.plainSuffix())
            .address("x", x, storage.bytes())
            .int32("channels", shape.channels(), 1, Integer.MAX_VALUE)
            .int32("positions", shape.positions(), 1, Integer.MAX_VALUE);
    split.addTo(sums, workspace);
    split.addTo(arguments, workspace);
    launchSplit(sums, shape, split, 0, stream);
    launchSplit(arguments, shape, split, access.tableBytes(2 * split.channelsPerPart()), stream);
  }

  /**
   * Writes the gradients of x and of each example's gains and shifts.
   *
   * <p>With g = gain dy it is dx = (g - mean(g) - xhat mean(g xhat)) / sqrt(variance + epsilon),
   * exampleGains_ic = sum_p dy xhat and exampleShifts_ic = sum_p dy. The basis points' gradients
   * are {@link WeightMix#mixBackward} of those, with C weights each.
   *
   * @param x device address, B x C x P, in {@code storage}
   * @param dy device address of y's gradient, B x C x P, in {@code storage}
   * @param coefficients device address of a, B x n
   * @param gains device address, n x C
   * @param means device address, B, as {@link #forward} wrote it
   * @param inverseDeviations device address, B, as {@link #forward} wrote it
   * @param dx device address, written, B x C x P, in {@code storage}; must not overlap x or dy
   * @param exampleGains device address, written, B x C
   * @param exampleShifts device address, written, B x C
   * @param workspace device address of {@link #workspaceBytes} bytes, a multiple of 4; may be 0 if
   *     that is 0
   */
  public void backward(
      NormShape shape,
      Storage storage,
      long x,
      long dy,
      long coefficients,
      long gains,
      long means,
      long inverseDeviations,
      long dx,
      long exampleGains,
      long exampleShifts,
      long workspace,
      Stream stream) {
    Access access = Access.of(shape, storage, x | dy | dx, gains | exampleGains | exampleShifts);
    boolean held = isHeld(shape, access.each());
    Arguments arguments =
        Arguments.of((held ? "norm_backward_" : "norm_backward_split_") + access.suffix())
            .address("x", x, storage.bytes())
            .address("dy", dy, storage.bytes())
            .address("dx", dx, storage.bytes())
            .address("coefficients", coefficients, Float.BYTES)
            .address("gains", gains, Float.BYTES)
            .address("means", means, Float.BYTES)
            .address("inverseDeviations", inverseDeviations, Float.BYTES)
            .address("exampleGains", exampleGains, Float.BYTES)
            .address("exampleShifts", exampleShifts, Float.BYTES);
    addShape(arguments, shape);
    if (shape.isEmpty()) {
      return;
    }
    if (held) {
      launchHeld(arguments, shape, access.tableBytes(shape.channels()), stream);
      return;
    }
    Split split = Split.of(shape, kernels.device());
    Arguments sums =
        Arguments.of("norm_backward_sums_" + access.suffix())
            .address("x", x, storage.bytes())
            .address("dy", dy, storage.bytes())
            .address("coefficients", coefficients, Float.BYTES)
            .address("gains", gains, Float.BYTES)
            .address("means", means, Float.BYTES)
            .address("inverseDeviations", inverseDeviations, Float.BYTES);
    addShape(sums, shape);
    split.addTo(sums, workspace);
    split.addTo(arguments, workspace);
    int tableBytes = access.tableBytes(split.channelsPerPart());
    launchSplit(sums, shape, split, tableBytes, stream);
    launchSplit(arguments, shape, split, tableBytes, stream);
  }

  private static boolean isHeld(NormShape shape, boolean each) {
    return shape.length() <= MOST_HELD && (each || shape.channels() <= MOST_TABLED);
  }

  private static void addShape(Arguments arguments, NormShape shape) {
    arguments
        .int32("basisSize", shape.basisSize(), 1, Integer.MAX_VALUE)
        .int32("channels", shape.channels(), 0, Integer.MAX_VALUE)
        .int32("positions", shape.positions(), 0, Integer.MAX_VALUE);
  }

  private static void requireNotNegative(String kernel, double epsilon) {
    if (!(epsilon >= 0)) {
      throw new IllegalArgumentException(
          "kernel %s: epsilon is %s, must be at least 0".formatted(kernel, epsilon));
    }
  }

  private void launchHeld(Arguments arguments, NormShape shape, int sharedBytes, Stream stream) {
    int warps = (shape.length() - 1) / ELEMENTS_PER_WARP + 1;
    LaunchShape blocks = LaunchShape.row(shape.batch(), warps * WARP).withShared(sharedBytes);
    kernels.launch(KernelFile.NORM, blocks, arguments, stream);
  }

  private void launchSplit(
      Arguments arguments, NormShape shape, Split split, int sharedBytes, Stream stream) {
    LaunchShape blocks =
        LaunchShape.row(shape.batch() * split.parts(), SPLIT_THREADS).withShared(sharedBytes);
    kernels.launch(KernelFile.NORM, blocks, arguments, stream);
  }

  /**
   * How a kernel moves elements.
   *
   * @param plainSuffix of kernels' names: storage and elements in one access
   * @param each whether elements have gains of their own, of which as many are moved at once
   */
  private record Access(String plainSuffix, boolean each) {
    static Access of(NormShape shape, Storage storage, long activations, long parameters) {
      int vector = storage.vector();
      boolean own = shape.positions() == 1;
      boolean whole = (own ? shape.channels() : shape.positions()) % vector == 0;
      boolean aligned = (own ? activations | parameters : activations) % VECTOR_BYTES == 0;
      boolean vectors = whole && aligned;
      return new Access(storage.suffix() + "_x" + (vectors ? vector : 1), own && vectors);
    }

    String suffix() {
      return each ? plainSuffix + "_each" : plainSuffix;
    }

    /** Shared memory for so many mixed gains and shifts. */
    int tableBytes(int words) {
      return each ? 0 : words * Float.BYTES;
    }
  }

  /**
   * How each example's channels are split between blocks.
   *
   * @param parts how many blocks an example has
   * @param channelsPerPart of all parts but the last, which may have fewer
   */
  private record Split(int parts, int channelsPerPart) {
    static Split of(NormShape shape, DeviceProperties device) {
      long blocks = (long) device.multiprocessors() * BLOCKS_PER_MULTIPROCESSOR;
      long wanted = Math.min(blocks / shape.batch(), shape.length() / LEAST_PART);
      long channels = (shape.channels() - 1) / Math.max(1, wanted) + 1;
      if (shape.positions() == 1) {
        channels = (channels + PART_STEP - 1) / PART_STEP * PART_STEP;
      }
      int most = Math.min(shape.channels(), MOST_TABLED);
      int perPart = (int) Math.min(channels, most);
      return new Split((shape.channels() - 1) / perPart + 1, perPart);
    }

    void addTo(Arguments arguments, long workspace) {
      arguments
          .int32("parts", parts, 1, Integer.MAX_VALUE)
          .int32("channelsPerPart", channelsPerPart, 1, Integer.MAX_VALUE)
          .address("workspace", workspace, Float.BYTES);
    }
  }
}
