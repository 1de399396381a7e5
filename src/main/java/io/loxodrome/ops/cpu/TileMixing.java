package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;
import io.loxodrome.ops.cpu.Product.Strides;

/**
 * Mixes basis points for a tile of examples, and spreads the examples' gradients back, on one
 * worker.
 *
 * @param worker whose thread is the caller's
 * @param n basis points
 * @param coefficients address of a, B x n
 */
record TileMixing(Worker worker, int n, long coefficients) {
  /** W_i = sum_k a_ik P_k for {@code count} examples from {@code first} on. */
  void mix(int first, int count, long basis, int elements, long mixed) {
    new Product(
            count,
            n,
            elements,
            Strides.rowMajor(n),
            Strides.rowMajor(elements),
            elements,
            Epilogue.NONE)
        .run(worker, row(first), basis, mixed);
  }

  /**
   * dP_k = sum_i a_ik dW_i over {@code count} examples from {@code first} on.
   *
   * @param epilogue whether the sum overwrites what is at {@code sums} or is added to it
   */
  void spread(int first, int count, long gradients, int elements, long sums, Epilogue epilogue) {
    new Product(
            n,
            count,
            elements,
            Strides.transposed(n),
            Strides.rowMajor(elements),
            elements,
            epilogue)
        .run(worker, row(first), gradients, sums);
  }

  private long row(int example) {
    return coefficients + (long) example * n * Float.BYTES;
  }
}
