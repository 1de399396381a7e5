package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;
import io.loxodrome.ops.cpu.Product.Strides;

/**
 * Mixes and expands along the basis points what belongs to one example, on one worker.
 *
 * @param points how many coefficients the example has
 */
record ExampleMixing(Worker worker, int points) {
  /** mixed = sum_k a_k stacked_k, each of {@code elements} floats. */
  void mix(long coefficients, long stacked, int elements, long mixed) {
    new Product(
            1,
            points,
            elements,
            Strides.rowMajor(points),
            Strides.rowMajor(elements),
            elements,
            Epilogue.NONE)
        .run(worker, coefficients, stacked, mixed);
  }

  /**
   * stacked_k (+)= a_k single, each of {@code elements} floats.
   *
   * @param epilogue whether it is added to what is at {@code stacked} or overwrites it
   */
  void expand(long coefficients, long single, int elements, long stacked, Epilogue epilogue) {
    new Product(
            points,
            1,
            elements,
            Strides.rowMajor(1),
            Strides.rowMajor(elements),
            elements,
            epilogue)
        .run(worker, coefficients, single, stacked);
  }
}
