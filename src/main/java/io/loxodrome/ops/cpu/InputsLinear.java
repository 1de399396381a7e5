package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers by {@link io.loxodrome.ops.MixPlan#INPUTS}: Z = sum_k (a_k o X) P_k^T, one
 * accumulating product for each basis point with the scaled inputs, row i by a_ik.
 *
 * <p>Backward: dP_k = E^T (a_k o X) and dX = sum_k (a_k o E) P_k. Besides the operands one scaled
 * batch is kept at a time.
 */
final class InputsLinear implements LinearWay {
  private final NativePool pool;
  private final Workers workers;

  InputsLinear(NativePool pool, Workers workers) {
    this.pool = pool;
    this.workers = workers;
  }

  private LinearProducts products(LinearCall call) {
    return new LinearProducts(workers, call.batch(), call.inputs(), call.outputs());
  }

  private Workspace batchOf(LinearCall call, int width) {
    return new Workspace(pool, (long) call.batch() * width * Float.BYTES);
  }

  @Override
  public void addOutputs(LinearCall call, NativeBlock x, NativeBlock z) {
    try (Workspace scaled = batchOf(call, call.inputs())) {
      for (int k = 0; k < call.basisSize(); k++) {
        scale(call, k, x, call.inputs(), scaled);
        products(call)
            .outputs(scaled.address(), call.basisPoint(k), z.address(), Epilogue.ACCUMULATE);
      }
    }
  }

  private void scale(LinearCall call, int k, NativeBlock batch, int width, Workspace scaled) {
    Expansion.ofBasisPoint(call.rows(), k).scale(workers, batch, width, scaled.block());
  }

  @Override
  public void gradients(
      LinearCall call,
      NativeBlock x,
      NativeBlock e,
      @Nullable NativeBlock dx,
      @Nullable NativeBlock dp) {
    if (dp != null) {
      weightGradient(call, x, e, dp);
    }
    if (dx != null) {
      inputGradient(call, e, dx);
    }
  }

  private void weightGradient(LinearCall call, NativeBlock x, NativeBlock e, NativeBlock dp) {
    try (Workspace scaled = batchOf(call, call.inputs())) {
      for (int k = 0; k < call.basisSize(); k++) {
        long target = dp.address() + k * call.basisPointBytes();
        scale(call, k, x, call.inputs(), scaled);
        products(call).weightGradient(e.address(), scaled.address(), target);
      }
    }
  }

  private void inputGradient(LinearCall call, NativeBlock e, NativeBlock dx) {
    try (Workspace scaled = batchOf(call, call.outputs())) {
      Epilogue epilogue = Epilogue.NONE;
      for (int k = 0; k < call.basisSize(); k++) {
        scale(call, k, e, call.outputs(), scaled);
        products(call).inputGradient(scaled.address(), call.basisPoint(k), dx.address(), epilogue);
        epilogue = Epilogue.ACCUMULATE;
      }
    }
  }
}
