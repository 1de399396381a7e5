package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;

/**
 * The gradient of all n stacked outputs of a linear layer, E_ik = a_ik e_i, and what follows from
 * it.
 */
final class StackedGradient implements AutoCloseable {
  private final LinearCall call;
  private final LinearProducts products;
  private final Workspace expanded;

  /**
   * Expands e.
   *
   * @param e B x O
   */
  StackedGradient(NativePool pool, Workers workers, LinearCall call, NativeBlock e) {
    this.call = call;
    int stacked = call.basisSize() * call.outputs();
    products = new LinearProducts(workers, call.batch(), call.inputs(), stacked);
    expanded = new Workspace(pool, (long) call.batch() * stacked * Float.BYTES);
    Expansion.everyBasisPoint(call.rows()).scale(workers, e, call.outputs(), expanded.block());
  }

  /** dP = E^T X: the sum of a_ik e_i x_i^T over the examples. */
  void weightGradient(NativeBlock x, NativeBlock dp) {
    products.weightGradient(expanded.address(), x.address(), dp.address());
  }

  /** dX = E P. */
  void inputGradient(NativeBlock dx) {
    products.inputGradient(expanded.address(), call.basis(), dx.address(), Epilogue.NONE);
  }

  @Override
  public void close() {
    expanded.close();
  }
}
