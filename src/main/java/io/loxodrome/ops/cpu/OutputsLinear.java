package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers by {@link io.loxodrome.ops.MixPlan#OUTPUTS}: one product with all n stacked basis
 * points, then the mixture.
 *
 * <p>With stacked weights P of (n O) x I: Y = X P^T, z_i += sum_k a_ik Y_ik. Backward with E_ik =
 * a_ik e_i: dX = E P and dP = E^T X.
 */
final class OutputsLinear implements LinearWay {
  private final NativePool pool;
  private final Workers workers;

  OutputsLinear(NativePool pool, Workers workers) {
    this.pool = pool;
    this.workers = workers;
  }

  @Override
  public void addOutputs(LinearCall call, NativeBlock x, NativeBlock z) {
    int stacked = call.basisSize() * call.outputs();
    try (Workspace perPoint = new Workspace(pool, (long) call.batch() * stacked * Float.BYTES)) {
      new LinearProducts(workers, call.batch(), call.inputs(), stacked)
          .outputs(x.address(), call.basis(), perPoint.address(), Epilogue.NONE);
      Expansion.everyBasisPoint(call.rows())
          .contract(workers, perPoint.block(), call.outputs(), z, Epilogue.ACCUMULATE);
    }
  }

  @Override
  public void gradients(
      LinearCall call,
      NativeBlock x,
      NativeBlock e,
      @Nullable NativeBlock dx,
      @Nullable NativeBlock dp) {
    try (StackedGradient stacked = new StackedGradient(pool, workers, call, e)) {
      if (dp != null) {
        stacked.weightGradient(x, dp);
      }
      if (dx != null) {
        stacked.inputGradient(dx);
      }
    }
  }
}
