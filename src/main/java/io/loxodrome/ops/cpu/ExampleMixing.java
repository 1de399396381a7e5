package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;

/**
 * Mixes and expands along the basis points what belongs to one example, on one worker.
 *
 * @param points how many coefficients the example has
 */
record ExampleMixing(Worker worker, int points) {
  /** mixed = sum_k a_k stacked_k, each of {@code elements} floats. */
  void mix(long coefficients, long stacked, int elements, long mixed) {
    Product.mixture(1, points, elements).run(worker, coefficients, stacked, mixed);
  }

  /**
   * stacked_k (+)= a_k single, each of {@code elements} floats.
   *
   * @param epilogue whether it is added to what is at {@code stacked} or overwrites it
   */
  void expand(long coefficients, long single, int elements, long stacked, Epilogue epilogue) {
    Product.spread(1, points, elements, epilogue).run(worker, coefficients, single, stacked);
  }
}
