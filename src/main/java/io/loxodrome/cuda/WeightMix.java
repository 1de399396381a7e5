package io.loxodrome.cuda;

/**
 * Mixes the weights of each example from the basis points, and gradients of them back.
 *
 * <p>Row-major arrays, for B examples and n basis points of p weights each:
 *
 * <ul>
 *   <li>P, dP: n x p; W, dW: B x p
 *   <li>a: B x n
 * </ul>
 *
 * <p>P, W, dP and dW are stored as asked for, all else in single precision. Addresses are aligned
 * to their elements; 16 bytes are moved at a time where P, W, dP and dW are at multiples of 16
 * bytes and p is a multiple of the elements therein. No array may overlap one that is written. A
 * size of 0 is fine: what is a sum over nothing is set to 0.
 */
public final class WeightMix {
  private static final int WARP = 32;

  /** Threads of a block whose threads move 16 bytes at a time, and of one that moves elements. */
  private static final int VECTOR_THREADS = 128;

  private static final int ELEMENT_THREADS = 256;

  /**
   * Threads per multiprocessor that mix weights: no more than there are registers for, because
   * every block more reads basis points once more.
   */
  private static final int VECTOR_MIXING_THREADS = 384;

  private static final int ELEMENT_MIXING_THREADS = 512;
  private static final int THREADS_PER_MULTIPROCESSOR = 1024;
  private static final int VECTOR_BYTES = 16;

  /** n for which gradients have a kernel of their own. */
  private static final int[] UNROLLED = {1, 2, 3, 4, 8, 16};

  /** Blocks per multiprocessor that keep it busy; with fewer, sums are split. */
  private static final int BUSY_BLOCKS = 4;

  /** Columns that a block is taken to have when sums are split, whatever it is given. */
  private static final int COLUMNS_PER_BLOCK = 512;

  /** A part of a split sum has this many examples at least. */
  private static final int LEAST_EXAMPLES_PER_SPLIT = 32;

  private static final int LEAST_SPLINE = 4;

  private final Kernels kernels;

  public WeightMix(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * W_i = sum_k a_ik P_k.
   *
   * @param storage of P and W
   * @param coefficients address of a
   * @param basis address of P
   * @param weights address of W, written
   */
  public void mix(
      WeightShape shape,
      Storage storage,
      long coefficients,
      long basis,
      long weights,
      Stream stream) {
    int width = width(shape, storage, basis, weights);
    Arguments arguments =
        Arguments.of("weights_mix" + variant(storage, width))
            .address("a", coefficients, Float.BYTES)
            .address("basis", basis, storage.bytes())
            .address("weights", weights, storage.bytes())
            .int64("batch", shape.batch(), 0, Long.MAX_VALUE)
            .int32("basisSize", shape.basisSize(), 1, Integer.MAX_VALUE)
            .int64("length", shape.length(), 0, Long.MAX_VALUE);
    if (shape.batch() > 0 && shape.length() > 0) {
      int threads = width == 1 ? ELEMENT_MIXING_THREADS : VECTOR_MIXING_THREADS;
      launch(shape, width, shape.batch(), threads, 1, arguments, stream);
    }
  }

  /**
   * Bytes of workspace that {@link #mixBackward} needs on this device; 0 where there are weights
   * enough to fill it.
   */
  public long mixBackwardWorkspaceBytes(WeightShape shape) {
    long splits = splits(shape);
    return splits == 1 ? 0 : splits * shape.basisSize() * shape.length() * Float.BYTES;
  }

  /**
   * dP_k = sum_i a_ik dW_i, always added up in the same order. dW is read once for every 16 basis
   * points.
   *
   * @param storage of dW and dP
   * @param coefficients address of a
   * @param weightGradient address of dW
   * @param basisGradient address of dP, written
   * @param workspace address of {@link #mixBackwardWorkspaceBytes} bytes, 16-byte aligned; may be 0
   *     if that is
   */
  public void mixBackward(
      WeightShape shape,
      Storage storage,
      long coefficients,
      long weightGradient,
      long basisGradient,
      long workspace,
      Stream stream) {
    int width = width(shape, storage, weightGradient, basisGradient);
    int unrolled = unrolled(shape.basisSize());
    long splits = splits(shape);
    Arguments first =
        Arguments.of("weights_mix_backward" + variant(storage, width) + "_n" + unrolled)
            .address("a", coefficients, Float.BYTES)
            .address("weightGradient", weightGradient, storage.bytes())
            .address("basisGradient", basisGradient, storage.bytes());
    if (splits == 1) {
      first.optionalAddress("no workspace", 0, VECTOR_BYTES);
    } else {
      first.address("workspace", workspace, VECTOR_BYTES);
    }
    first
        .int64("batch", shape.batch(), 0, Long.MAX_VALUE)
        .int32("basisSize", shape.basisSize(), 1, Integer.MAX_VALUE)
        .int64("length", shape.length(), 0, Long.MAX_VALUE)
        .int64("examplesPerSplit", examplesPerSplit(shape), 0, Long.MAX_VALUE);
    if (shape.length() == 0) {
      return;
    }
    long groups = (shape.basisSize() - 1L) / unrolled + 1;
    launch(shape, width, groups, THREADS_PER_MULTIPROCESSOR, splits, first, stream);
    if (splits > 1) {
      long sums = shape.basisSize() * shape.length();
      Arguments second =
          Arguments.of("weights_sum_splits_" + storage.suffix())
              .address("workspace", workspace, Float.BYTES)
              .address("basisGradient", basisGradient, storage.bytes())
              .int64("count", sums, 0, Long.MAX_VALUE)
              .int32("splits", splits, 1, Integer.MAX_VALUE);
      kernels.launch(
          KernelFile.WEIGHTS,
          LaunchShape.stride(
              kernels.device(),
              sums,
              ELEMENT_THREADS,
              THREADS_PER_MULTIPROCESSOR / ELEMENT_THREADS,
              ELEMENT_THREADS),
          second,
          stream);
    }
  }

  /**
   * W_i = sum_m c_im P_(j_i + m), m = 0..3: {@link #mix} where only four coefficients of an example
   * are not zero. Basis points are read again only where the span changes along the order.
   *
   * @param shape n at least 4, B at most 2^31 - 1
   * @param storage of P and W
   * @param basis address of P
   * @param weights address of W, written
   */
  public void mixSpans(
      WeightShape shape,
      Storage storage,
      SplineSpans spans,
      long basis,
      long weights,
      Stream stream) {
    int width = width(shape, storage, basis, weights);
    Arguments arguments =
        Arguments.of("weights_mix_spans" + variant(storage, width))
            .address("spans", spans.spans(), Integer.BYTES)
            .address("coefficients", spans.coefficients(), VECTOR_BYTES)
            .address("order", spans.order(), Integer.BYTES)
            .address("basis", basis, storage.bytes())
            .address("weights", weights, storage.bytes())
            .int64("batch", shape.batch(), 0, Integer.MAX_VALUE)
            .int32("basisSize", shape.basisSize(), LEAST_SPLINE, Integer.MAX_VALUE)
            .int64("length", shape.length(), 0, Long.MAX_VALUE);
    if (shape.batch() > 0 && shape.length() > 0) {
      launch(shape, width, shape.batch(), THREADS_PER_MULTIPROCESSOR, 1, arguments, stream);
    }
  }

  /**
   * dP_k = the sum of c_im dW_i over all examples i and m = 0..3 with j_i + m = k modulo n, always
   * added up in the same order: {@link #mixBackward} where only four coefficients of an example are
   * not zero.
   *
   * <p>dW is read once where p fills the device; where it does not, basis points are shared out
   * among blocks, and each reads the gradients of three spans before its own too.
   *
   * @param shape n at least 4, B at most 2^31 - 1
   * @param storage of dW and dP
   * @param weightGradient address of dW
   * @param basisGradient address of dP, written
   */
  public void mixSpansBackward(
      WeightShape shape,
      Storage storage,
      SplineSpans spans,
      long weightGradient,
      long basisGradient,
      Stream stream) {
    int width = width(shape, storage, weightGradient, basisGradient);
    int basisPerBlock = basisPerBlock(shape);
    Arguments.of("weights_mix_spans_backward").int64("batch", shape.batch(), 0, Integer.MAX_VALUE);
    Arguments arguments =
        Arguments.of("weights_mix_spans_backward" + variant(storage, width))
            .address("coefficients", spans.coefficients(), VECTOR_BYTES)
            .address("order", spans.order(), Integer.BYTES)
            .address("starts", spans.starts(), Integer.BYTES)
            .address("weightGradient", weightGradient, storage.bytes())
            .address("basisGradient", basisGradient, storage.bytes())
            .int32("spans", spans.count(), 1, shape.basisSize())
            .int32("basisSize", shape.basisSize(), LEAST_SPLINE, Integer.MAX_VALUE)
            .int64("length", shape.length(), 0, Long.MAX_VALUE)
            .int32("basisPerBlock", basisPerBlock, 1, Integer.MAX_VALUE);
    if (shape.length() > 0) {
      int shares = (shape.basisSize() - 1) / basisPerBlock + 1;
      launch(shape, width, shares, THREADS_PER_MULTIPROCESSOR, 1, arguments, stream);
    }
  }

  private long splits(WeightShape shape) {
    return shape.batch() == 0 ? 1 : (shape.batch() - 1) / examplesPerSplit(shape) + 1;
  }

  private long examplesPerSplit(WeightShape shape) {
    long groups = (shape.basisSize() - 1L) / unrolled(shape.basisSize()) + 1;
    long wanted = Math.max(1, busyBlocks() / (columnTiles(shape) * groups));
    return Math.max(LEAST_EXAMPLES_PER_SPLIT, (shape.batch() + wanted - 1) / wanted);
  }

  private int basisPerBlock(WeightShape shape) {
    long shares = Math.max(1, busyBlocks() / columnTiles(shape));
    return (int) ((shape.basisSize() + shares - 1) / shares);
  }

  private long busyBlocks() {
    return (long) kernels.device().multiprocessors() * BUSY_BLOCKS;
  }

  private static long columnTiles(WeightShape shape) {
    return Math.max(0, shape.length() - 1) / COLUMNS_PER_BLOCK + 1;
  }

  private static int unrolled(int basisSize) {
    for (int most : UNROLLED) {
      if (basisSize <= most) {
        return most;
      }
    }
    return UNROLLED[UNROLLED.length - 1];
  }

  /** Elements per access: 16 bytes' worth if rows and addresses allow it. */
  private static int width(WeightShape shape, Storage storage, long... addresses) {
    for (long address : addresses) {
      if (address % VECTOR_BYTES != 0) {
        return 1;
      }
    }
    return shape.length() % storage.vector() == 0 ? storage.vector() : 1;
  }

  private static String variant(Storage storage, int width) {
    return "_" + storage.suffix() + "_x" + width;
  }

  /** Launches for so many items per tile of columns, and so many splits of them. */
  private void launch(
      WeightShape shape,
      int width,
      long items,
      int threadsPerMultiprocessor,
      long splits,
      Arguments arguments,
      Stream stream) {
    long accesses = shape.length() / width;
    int most = width == 1 ? ELEMENT_THREADS : VECTOR_THREADS;
    int threads = (int) Math.min(most, ((accesses - 1) / WARP + 1) * WARP);
    long tiles = (accesses - 1) / threads + 1;
    LaunchShape row =
        LaunchShape.stride(
            kernels.device(), tiles * items, 1, threadsPerMultiprocessor / threads, threads);
    LaunchShape grid = new LaunchShape(row.blocksX(), splits, 1, threads, 0);
    kernels.launch(KernelFile.WEIGHTS, grid, arguments, stream);
  }
}
