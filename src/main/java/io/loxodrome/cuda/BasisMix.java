package io.loxodrome.cuda;

/**
 * Mixes what each basis point of a layer gives, example by example, and mixes gradients back.
 *
 * <p>Row-major arrays, for B examples, n basis points, C channels and P positions:
 *
 * <ul>
 *   <li>y, e: B x n x C x P, as one stacked product or convolution leaves them
 *   <li>z, d: B x C x P
 *   <li>a, da: B x n; b: n x C, or B x n x C where examples have their own
 * </ul>
 *
 * <p>y, z, d and e are stored as asked for, all else in single precision. Addresses are aligned to
 * their elements; 16 bytes are moved at a time where y, z, d and e (and b where P = 1) are at
 * multiples of 16 bytes and C P is a multiple of the elements therein. No array may overlap one
 * that is written. A size of 0 is fine: what is a sum over nothing is set to 0.
 */
public final class BasisMix {
  private static final int WARP = 32;
  private static final int MOST_THREADS = 256;
  private static final int THREADS_PER_MULTIPROCESSOR = 2048;
  private static final int VECTOR_BYTES = 16;

  /** Largest n that kernels are unrolled for. */
  private static final int MOST_UNROLLED = 4;

  /** Blocks per multiprocessor that keep it busy; with fewer, sums are split. */
  private static final int BUSY_BLOCKS = 4;

  /** A part of a split sum is this long at least, so that its second pass is cheap. */
  private static final int LEAST_COLUMNS_PER_SPLIT = 4096;

  private final Kernels kernels;

  public BasisMix(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * z_icp = act(sum_k a_ik (y_ikcp + b_ikc)).
   *
   * @param storage of y and z
   * @param epilogue act
   * @param coefficients address of a
   * @param outputs address of y
   * @param bias b
   * @param mixed address of z, written
   */
  public void reduce(
      MixShape shape,
      Storage storage,
      Epilogue epilogue,
      long coefficients,
      long outputs,
      Bias bias,
      long mixed,
      Stream stream) {
    int width = biasedWidth(shape, storage, bias, outputs, mixed);
    Arguments arguments =
        Arguments.of(entry("mix_reduce", storage, width) + unrolled(shape.basisSize()))
            .address("y", outputs, storage.bytes())
            .address("a", coefficients, Float.BYTES);
    bias.addTo(arguments, shape.basisSize(), shape.channels())
        .address("z", mixed, storage.bytes())
        .int64("batch", shape.batch(), 0, Long.MAX_VALUE)
        .int32("basisSize", shape.basisSize(), 1, Integer.MAX_VALUE)
        .int32("channels", shape.channels(), 1, Integer.MAX_VALUE)
        .int32("positions", shape.positions(), 0, Integer.MAX_VALUE)
        .int32("relu", epilogue.flag(), 0, 1);
    if (!shape.isEmpty()) {
      launch(shape.batch(), shape.rowLength() / width, arguments, stream);
    }
  }

  /**
   * e_ikcp = a_ik d_icp [z_icp > 0].
   *
   * @param storage of d, z and e
   * @param coefficients address of a
   * @param gradient address of d
   * @param mixed address of z, what {@link #reduce} gave with {@link Epilogue#RELU}; or 0 to let
   *     all of d through
   * @param outputGradient address of e, written
   */
  public void expand(
      MixShape shape,
      Storage storage,
      long coefficients,
      long gradient,
      long mixed,
      long outputGradient,
      Stream stream) {
    int width = width(shape.rowLength(), storage, gradient, mixed, outputGradient);
    Arguments arguments =
        Arguments.of(entry("mix_expand", storage, width))
            .address("d", gradient, storage.bytes())
            .optionalAddress("z", mixed, storage.bytes())
            .address("a", coefficients, Float.BYTES)
            .address("e", outputGradient, storage.bytes())
            .int64("batch", shape.batch(), 0, Long.MAX_VALUE)
            .int32("basisSize", shape.basisSize(), 1, Integer.MAX_VALUE)
            .int32("rowLength", shape.rowLength(), 0, Integer.MAX_VALUE);
    if (!shape.isEmpty()) {
      launch(shape.batch(), shape.rowLength() / width, arguments, stream);
    }
  }

  /**
   * What {@link #reduce} gives, then the maximum of each 2 x 2 window, NaN if one is in it.
   *
   * @param storage of y and z
   * @param epilogue act, before the maximum
   * @param coefficients address of a
   * @param outputs address of y, B x n x C x H x W
   * @param bias b
   * @param pooled address of the maxima, written, B x C x H/2 x W/2 rounded down
   * @param argmax address of where they stand, written, a byte each: 0..3 in row order, the first
   *     of the largest; a NaN is larger than nothing
   */
  public void reducePool(
      PooledMixShape shape,
      Storage storage,
      Epilogue epilogue,
      long coefficients,
      long outputs,
      Bias bias,
      long pooled,
      long argmax,
      Stream stream) {
    boolean pairs = shape.width() % 2 == 0 && outputs % (2L * storage.bytes()) == 0;
    Arguments arguments =
        Arguments.of(entry("mix_reduce_pool", storage, pairs ? 2 : 1) + unrolled(shape.basisSize()))
            .address("y", outputs, storage.bytes())
            .address("a", coefficients, Float.BYTES);
    bias.addTo(arguments, shape.basisSize(), shape.channels())
        .address("pooled", pooled, storage.bytes())
        .address("argmax", argmax, Byte.BYTES)
        .int64("batch", shape.batch(), 0, Long.MAX_VALUE)
        .int32("basisSize", shape.basisSize(), 1, Integer.MAX_VALUE)
        .int32("channels", shape.channels(), 1, Integer.MAX_VALUE)
        .int32("height", shape.height(), 1, Integer.MAX_VALUE)
        .int32("width", shape.width(), 1, Integer.MAX_VALUE)
        .int32("relu", epilogue.flag(), 0, 1);
    MixShape windows = shape.pooled();
    if (!windows.isEmpty()) {
      launch(windows.batch(), windows.rowLength(), arguments, stream);
    }
  }

  /**
   * What {@link #expand} gives for the gradient before pooling: each window's gradient stands where
   * its maximum stood, all else is 0.
   *
   * @param storage of d, z and e
   * @param coefficients address of a
   * @param gradient address of d, B x C x H/2 x W/2 rounded down
   * @param argmax address of what {@link #reducePool} left there
   * @param pooled address of the maxima, where they came through {@link Epilogue#RELU}; or 0 to let
   *     all of d through
   * @param outputGradient address of e, written, B x n x C x H x W
   */
  public void expandPool(
      PooledMixShape shape,
      Storage storage,
      long coefficients,
      long gradient,
      long argmax,
      long pooled,
      long outputGradient,
      Stream stream) {
    MixShape pixels = shape.mixed();
    int width = shape.width() % 2 == 0 ? width(pixels.rowLength(), storage, outputGradient) : 1;
    Arguments arguments =
        Arguments.of(entry("mix_expand_pool", storage, width))
            .address("d", gradient, storage.bytes())
            .address("argmax", argmax, Byte.BYTES)
            .optionalAddress("pooled", pooled, storage.bytes())
            .address("a", coefficients, Float.BYTES)
            .address("e", outputGradient, storage.bytes())
            .int64("batch", shape.batch(), 0, Long.MAX_VALUE)
            .int32("basisSize", shape.basisSize(), 1, Integer.MAX_VALUE)
            .int32("channels", shape.channels(), 1, Integer.MAX_VALUE)
            .int32("height", shape.height(), 1, Integer.MAX_VALUE)
            .int32("width", shape.width(), 1, Integer.MAX_VALUE);
    if (!pixels.isEmpty()) {
      launch(pixels.batch(), pixels.rowLength() / width, arguments, stream);
    }
  }

  /**
   * Bytes of workspace that {@link #coefficientGradient} needs on this device; 0 where there are
   * examples enough to fill it.
   */
  public long coefficientGradientWorkspaceBytes(MixShape shape) {
    int splits = splits(shape);
    return splits == 1 ? 0 : splits * shape.batch() * shape.basisSize() * Float.BYTES;
  }

  /**
   * da_ik = sum_cp d_icp [z_icp > 0] (y_ikcp + b_ikc), always added up in the same order.
   *
   * @param storage of d, z and y
   * @param gradient address of d
   * @param mixed address of z, or 0 to let all of d through
   * @param outputs address of y
   * @param bias b
   * @param coefficientGradient address of da, written
   * @param workspace address of {@link #coefficientGradientWorkspaceBytes} bytes, 4-byte aligned;
   *     may be 0 if that is
   */
  public void coefficientGradient(
      MixShape shape,
      Storage storage,
      long gradient,
      long mixed,
      long outputs,
      Bias bias,
      long coefficientGradient,
      long workspace,
      Stream stream) {
    int width = biasedWidth(shape, storage, bias, gradient, mixed, outputs);
    int splits = splits(shape);
    long sums = shape.batch() * shape.basisSize();
    Arguments second =
        Arguments.of("mix_sum_splits")
            .optionalAddress("workspace", workspace, Float.BYTES)
            .address("da", coefficientGradient, Float.BYTES)
            .int64("count", sums, 0, Long.MAX_VALUE)
            .int32("splits", splits, 1, Integer.MAX_VALUE);
    Arguments first =
        Arguments.of(entry("mix_coefficient_gradient", storage, width))
            .address("d", gradient, storage.bytes())
            .optionalAddress("z", mixed, storage.bytes())
            .address("y", outputs, storage.bytes());
    bias.addTo(first, shape.basisSize(), shape.channels());
    if (splits == 1) {
      first.address("da", coefficientGradient, Float.BYTES);
    } else {
      first.address("workspace", workspace, Float.BYTES);
    }
    first
        .int64("batch", shape.batch(), 0, Long.MAX_VALUE)
        .int32("basisSize", shape.basisSize(), 1, Integer.MAX_VALUE)
        .int32("channels", shape.channels(), 1, Integer.MAX_VALUE)
        .int32("positions", shape.positions(), 0, Integer.MAX_VALUE)
        .int32("columnsPerSplit", columnsPerSplit(shape), 1, Integer.MAX_VALUE);
    if (sums == 0) {
      return;
    }
    if (shape.positions() == 0) {
      kernels.driver().fill(coefficientGradient, (byte) 0, sums * Float.BYTES, stream);
      return;
    }
    int threads = threads(Math.min(shape.rowLength(), columnsPerSplit(shape)) / width);
    kernels.launch(KernelFile.MIX, grid(shape.batch() * splits, threads), first, stream);
    if (splits > 1) {
      kernels.launch(KernelFile.MIX, row(sums), second, stream);
    }
  }

  private int splits(MixShape shape) {
    return shape.isEmpty() ? 1 : (shape.rowLength() - 1) / columnsPerSplit(shape) + 1;
  }

  private int columnsPerSplit(MixShape shape) {
    long wanted =
        (long) kernels.device().multiprocessors() * BUSY_BLOCKS / Math.max(1, shape.batch());
    long columns = Math.max(1, shape.rowLength() / Math.max(1, wanted));
    return (int) Math.min(Integer.MAX_VALUE, roundUp(columns, LEAST_COLUMNS_PER_SPLIT));
  }

  /** Elements per access where a bias may have to be added. */
  private static int biasedWidth(MixShape shape, Storage storage, Bias bias, long... addresses) {
    boolean biasFits =
        bias == Bias.NONE
            || (shape.positions() == 1
                ? bias.address() % VECTOR_BYTES == 0
                : shape.positions() >= storage.vector());
    return biasFits ? width(shape.rowLength(), storage, addresses) : 1;
  }

  /** Elements per access: 16 bytes' worth if rows and addresses allow it. */
  private static int width(int rowLength, Storage storage, long... addresses) {
    for (long address : addresses) {
      if (address % VECTOR_BYTES != 0) {
        return 1;
      }
    }
    return rowLength % storage.vector() == 0 ? storage.vector() : 1;
  }

  private static String entry(String kernel, Storage storage, int width) {
    return kernel + "_" + storage.suffix() + "_x" + width;
  }

  private static String unrolled(int basisSize) {
    return basisSize <= MOST_UNROLLED ? "_n" + basisSize : "_any";
  }

  /** Launches for rows of so many accesses each. */
  private void launch(long rows, int accesses, Arguments arguments, Stream stream) {
    int threads = threads(accesses);
    long items = rows * ((accesses - 1) / threads + 1);
    kernels.launch(KernelFile.MIX, grid(items, threads), arguments, stream);
  }

  private LaunchShape row(long items) {
    return LaunchShape.stride(
        kernels.device(),
        items,
        MOST_THREADS,
        THREADS_PER_MULTIPROCESSOR / MOST_THREADS,
        MOST_THREADS);
  }

  private LaunchShape grid(long items, int threads) {
    int blocks = THREADS_PER_MULTIPROCESSOR / threads;
    return LaunchShape.stride(kernels.device(), items, 1, blocks, threads);
  }

  private static int threads(int accesses) {
    return (int) Math.min(MOST_THREADS, roundUp(Math.max(1, accesses), WARP));
  }

  private static long roundUp(long value, int multiple) {
    return ((value - 1) / multiple + 1) * multiple;
  }
}
