package io.loxodrome.cuda;

/**
 * Softmax cross-entropy with its gradient, and its sums over a batch.
 *
 * <p>For logits z (B x c) and labels the loss of example i is L_i = log sum_j exp z_ij - z_i,label,
 * and the gradient of the batch's mean loss is (softmax(z_i) - e_label) / B. A label outside 0..c-1
 * gives a NaN loss, a NaN row of the gradient and an example that is not correct; NaN or positive
 * infinity among its logits a NaN loss and a NaN row. Same input, same bits.
 */
public final class CrossEntropy {
  private static final int THREADS = 256;
  private static final int LANES = 32;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
  private static final int VECTOR = 4;
  private static final int VECTOR_BYTES = 16;
  private static final int SHORT = 128;
  private static final int HELD = 4096;
  private static final int MOST_CLASSES = 1 << 30;

  private final Kernels kernels;

  public CrossEntropy(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * Writes losses, correctness and gradient in one pass.
   *
   * <p>A row of up to 4096 logits is read once. Rows longer than 128 move 16 bytes at a time if c
   * is a multiple of 4 and logits and gradient are 16-byte aligned.
   *
   * @param batch B, at least 0
   * @param classes c, at least 1
   * @param logits device address, B x c in single precision, a multiple of 4
   * @param labels device address, B 32-bit integers, a multiple of 4
   * @param losses device address, written, B in single precision, a multiple of 4
   * @param correct device address, written, B bytes: 1 where the label has the largest logit (the
   *     first if tied), else 0
   * @param gradient device address, written, B x c in single precision, a multiple of 4; 0 if
   *     nobody needs it
   */
  public void forwardBackward(
      long batch,
      int classes,
      long logits,
      long labels,
      long losses,
      long correct,
      long gradient,
      Stream stream) {
    Arguments arguments =
        Arguments.of(entry(classes, logits, gradient))
            .address("logits", logits, Float.BYTES)
            .address("labels", labels, Integer.BYTES)
            .address("losses", losses, Float.BYTES)
            .address("correct", correct, Byte.BYTES)
            .optionalAddress("gradient", gradient, Float.BYTES)
            .int64("batch", batch, 0, Long.MAX_VALUE / Float.BYTES / Math.max(1, classes))
            .int32("classes", classes, 1, MOST_CLASSES)
            .float32("inverseBatch", 1.0 / Math.max(1, batch));
    if (batch > 0) {
      LaunchShape shape =
          LaunchShape.stride(
              kernels.device(), batch, rowsPerBlock(classes), BLOCKS_PER_MULTIPROCESSOR, THREADS);
      kernels.launch(KernelFile.LOSS, shape, arguments, stream);
    }
  }

  private static String entry(int classes, long logits, long gradient) {
    if (classes <= SHORT) {
      return "softmax_short"
          + (classes <= LANES / 2 ? LANES / 2 : classes <= LANES ? LANES : SHORT);
    }
    boolean vectors = classes % VECTOR == 0 && (logits | gradient) % VECTOR_BYTES == 0;
    return (classes <= HELD ? "softmax_held" : "softmax_streamed") + (vectors ? "_x4" : "_x1");
  }

  private static int rowsPerBlock(int classes) {
    if (classes <= LANES / 2) {
      return 2 * THREADS / LANES;
    }
    return classes <= SHORT ? THREADS / LANES : 1;
  }

  /**
   * Adds up what {@link #forwardBackward} wrote, in a fixed order, so that a host need read only
   * two numbers.
   *
   * @param batch B, at least 0
   * @param losses device address, B in single precision, a multiple of 4
   * @param correct device address, B bytes
   * @param lossSum device address, written, one number in double precision, a multiple of 8: the
   *     sum of the losses
   * @param correctSum device address, written, one 64-bit integer, a multiple of 8: how many are
   *     correct
   */
  public void sums(
      long batch, long losses, long correct, long lossSum, long correctSum, Stream stream) {
    Arguments arguments =
        Arguments.of("loss_sums")
            .address("losses", losses, Float.BYTES)
            .address("correct", correct, Byte.BYTES)
            .int64("batch", batch, 0, Long.MAX_VALUE / Float.BYTES)
            .address("lossSum", lossSum, Double.BYTES)
            .address("correctSum", correctSum, Long.BYTES);
    if (batch > 0) {
      kernels.launch(KernelFile.LOSS, LaunchShape.row(1, THREADS), arguments, stream);
    }
  }
}
