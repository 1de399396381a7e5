package io.loxodrome.cuda;

/** Copies words at the speed of memory: the yardstick for every kernel that memory bounds. */
public final class Copy {
  private static final int THREADS = 256;
  private static final int VECTORS_PER_THREAD = 4;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
  private static final int VECTOR_BYTES = 16;

  private final Kernels kernels;

  public Copy(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * target = source, 4 bytes at a time where there is no 16.
   *
   * @param source device address, 16-byte aligned
   * @param target device address, 16-byte aligned; must not overlap the source
   * @param words how many 4-byte words, at least 0
   */
  public void copy(long source, long target, long words, Stream stream) {
    Arguments arguments =
        Arguments.of("copy_words")
            .address("source", source, VECTOR_BYTES)
            .address("target", target, VECTOR_BYTES)
            .int64("words", words, 0, Long.MAX_VALUE / Integer.BYTES);
    if (words == 0) {
      return;
    }
    int wordsPerBlock = THREADS * VECTORS_PER_THREAD * VECTOR_BYTES / Integer.BYTES;
    LaunchShape shape =
        LaunchShape.stride(
            kernels.device(), words, wordsPerBlock, BLOCKS_PER_MULTIPROCESSOR, THREADS);
    kernels.launch(KernelFile.COPY, shape, arguments, stream);
  }
}
