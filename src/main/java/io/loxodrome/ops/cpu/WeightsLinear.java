package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers by {@link io.loxodrome.ops.MixPlan#WEIGHTS}: z_i += W_i x_i with W_i = sum_k a_ik
 * P_k of each example.
 *
 * <p>Backward dx_i = W_i^T e_i. The gradient of W_i is the matrix e_i x_i^T of rank one, which need
 * not be formed: the sum of a_ik e_i x_i^T over the examples is a product as it stands.
 */
final class WeightsLinear implements LinearWay {
  private final NativePool pool;
  private final Workers workers;

  WeightsLinear(NativePool pool, Workers workers) {
    this.pool = pool;
    this.workers = workers;
  }

  private MixedProducts products(LinearCall call) {
    RowParts examples = new RowParts.Single(call.batch());
    return new MixedProducts(pool, workers, call, examples, call.coefficients());
  }

  @Override
  public void addOutputs(LinearCall call, NativeBlock x, NativeBlock z) {
    products(call).outputs(x.address(), z.address(), Epilogue.ACCUMULATE);
  }

  @Override
  public void gradients(
      LinearCall call,
      NativeBlock x,
      NativeBlock e,
      @Nullable NativeBlock dx,
      @Nullable NativeBlock dp) {
    if (dp != null) {
      try (StackedGradient stacked = new StackedGradient(pool, workers, call, e)) {
        stacked.weightGradient(x, dp);
      }
    }
    if (dx != null) {
      products(call).inputGradient(e.address(), call.batch(), dx);
    }
  }
}
