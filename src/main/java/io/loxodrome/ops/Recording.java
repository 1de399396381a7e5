package io.loxodrome.ops;

/**
 * Work in parts that is done again and again, on other contents of the same tensors.
 *
 * <p>A device may note down in an early round what a part asks of it and repeat that ever after,
 * without calling the part again. So every part must ask the same each time: the same tensors, the
 * same numbers. Between parts tensors may be written and read; within a part they may not.
 */
public interface Recording extends AutoCloseable {
  /**
   * Does part {@code index}; rounds go through the parts in their order.
   *
   * @throws IllegalStateException if another part is due, or a part failed before
   */
  void run(int index);

  /** Forgets what was noted down; the second call does nothing. */
  @Override
  void close();
}
