package io.loxodrome.cuda;

/**
 * Device memory that is handed out and taken back in the order of one stream's work: what is given
 * back may be handed out again at once, for work that comes later on the stream.
 */
public interface MemoryPool extends AutoCloseable {
  /**
   * Memory with undefined contents, aligned to 256 bytes.
   *
   * @param bytes at least 1
   * @throws CudaException if there is not that much left
   */
  long allocate(long bytes);

  /** Takes back what {@link #allocate} returned. */
  void free(long address);

  /** Bytes that the device lacks for this pool and nobody has been handed. */
  long idleBytes();

  /** Gives the device back all that nobody has; what comes back later is given back at once. */
  @Override
  void close();
}
