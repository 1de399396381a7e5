package io.loxodrome.bench;

/** A network with its optimiser and one batch it trains on, over and over. */
interface Step extends AutoCloseable {
  /**
   * Takes one whole training step: forward, loss, backward, update.
   *
   * @return the mean loss before the update
   */
  double run();

  @Override
  void close();
}
