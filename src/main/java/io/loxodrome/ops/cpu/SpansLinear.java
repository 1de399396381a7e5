package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;
import io.loxodrome.ops.cpu.Product.Strides;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers by {@link io.loxodrome.ops.MixPlan#SPANS}: each basis point P_k multiplies only the
 * examples whose coefficient a_ik is not 0, gathered into a matrix X_k.
 *
 * <p>Y_k = X_k P_k^T, z_i += sum_k a_ik (Y_k)_i; backward dP_k = E_k^T (a_k o X_k) and dx_i = sum_k
 * a_ik (E_k P_k)_i. Grouping by basis point, and not by span, each is read from memory once.
 *
 * <p>In the definition a coefficient of 0 times a NaN or an infinity is a NaN. One in P_k shows in
 * its product with any row, and every basis point is given at least one, if only of zeros; so the
 * products tell whether to compute by {@link OutputsLinear} instead.
 */
final class SpansLinear implements LinearWay {
  /** Outputs of a worker's slice are a multiple of a cache line's floats. */
  private static final int GRAIN = 16;

  /** Inputs that are multiplied at a time: fewer streams at once are fetched ahead better. */
  private static final int BLOCK = 128;

  private final NativePool pool;
  private final Workers workers;
  private final LinearWay outputs;

  SpansLinear(NativePool pool, Workers workers, OutputsLinear outputs) {
    this.pool = pool;
    this.workers = workers;
    this.outputs = outputs;
  }

  @Override
  public void addOutputs(LinearCall call, NativeBlock x, NativeBlock z) {
    Expansion spans = Expansion.byBasisPoint(call.rows());
    try (Workspace inputs = spans.matrix(pool, call.inputs());
        Workspace perPoint = spans.matrix(pool, call.outputs())) {
      spans.repeat(workers, x, call.inputs(), inputs.block());
      multiply(call, spans, inputs.address(), perPoint.address());
      if (isFinite(perPoint, spans, call.outputs())) {
        spans.contract(workers, perPoint.block(), call.outputs(), z, Epilogue.ACCUMULATE);
      } else {
        outputs.addOutputs(call, x, z);
      }
    }
  }

  private boolean isFinite(Workspace perRow, Expansion expansion, int width) {
    return Finiteness.holds(workers, perRow.block(), (long) expansion.rows() * width);
  }

  /** Y_k = X_k P_k^T, each worker some outputs of all basis points. */
  private void multiply(LinearCall call, Expansion spans, long inputs, long perPoint) {
    int width = call.inputs();
    workers.slices(
        call.outputs(),
        GRAIN,
        (worker, from, to) -> {
          for (int k = 0; k < spans.parts(); k++) {
            new Product(
                    spans.rows(k),
                    width,
                    to - from,
                    Strides.rowMajor(width),
                    Strides.transposed(width),
                    call.outputs(),
                    Epilogue.NONE)
                .run(
                    worker,
                    address(inputs, spans.start(k), width, 0),
                    address(call.basisPoint(k), from, width, 0),
                    address(perPoint, spans.start(k), call.outputs(), from));
          }
        });
  }

  /** Where an element of a row-major matrix is. */
  private static long address(long matrix, int row, int width, int column) {
    return matrix + ((long) row * width + column) * Float.BYTES;
  }

  @Override
  public void gradients(
      LinearCall call,
      NativeBlock x,
      NativeBlock e,
      @Nullable NativeBlock dx,
      @Nullable NativeBlock dp) {
    if (!tryGradients(call, x, e, dx, dp)) {
      outputs.gradients(call, x, e, dx, dp);
    }
  }

  /** Whether all was finite; if not, not all that was to be written is. */
  private boolean tryGradients(
      LinearCall call,
      NativeBlock x,
      NativeBlock e,
      @Nullable NativeBlock dx,
      @Nullable NativeBlock dp) {
    if (!Finiteness.holds(workers, x, (long) call.batch() * call.inputs())
        || !Finiteness.holds(workers, e, (long) call.batch() * call.outputs())) {
      return false;
    }
    Expansion spans = Expansion.byBasisPoint(call.rows());
    try (Workspace gradients = spans.matrix(pool, call.outputs());
        Workspace inputs = spans.matrix(pool, call.inputs())) {
      spans.repeat(workers, e, call.outputs(), gradients.block());
      if (dp != null) {
        spans.scale(workers, x, call.inputs(), inputs.block());
        weightGradient(call, spans, gradients.address(), inputs.address(), dp.address());
      }
      if (dx == null) {
        return true;
      }
      inputGradient(call, spans, gradients.address(), inputs.address());
      spans.contract(workers, inputs.block(), call.inputs(), dx, Epilogue.NONE);
      return isFinite(inputs, spans, call.inputs());
    }
  }

  /** dP_k = E_k^T (a_k o X_k), each worker some outputs of all basis points. */
  private void weightGradient(
      LinearCall call, Expansion spans, long gradients, long scaledInputs, long dp) {
    int width = call.inputs();
    workers.slices(
        call.outputs(),
        GRAIN,
        (worker, from, to) -> {
          for (int k = 0; k < spans.parts(); k++) {
            new Product(
                    to - from,
                    spans.rows(k),
                    width,
                    Strides.transposed(call.outputs()),
                    Strides.rowMajor(width),
                    width,
                    Epilogue.NONE)
                .run(
                    worker,
                    address(gradients, spans.start(k), call.outputs(), from),
                    address(scaledInputs, spans.start(k), width, 0),
                    address(dp + k * call.basisPointBytes(), from, width, 0));
          }
        });
  }

  /** E_k P_k, each worker some inputs of all basis points, block by block. */
  private void inputGradient(LinearCall call, Expansion spans, long gradients, long perPoint) {
    workers.slices(
        call.inputs(),
        GRAIN,
        (worker, from, to) -> {
          for (int k = 0; k < spans.parts(); k++) {
            for (int first = from; first < to; first += BLOCK) {
              int count = Math.min(BLOCK, to - first);
              inputGradient(worker, call, spans, k, first, count, gradients, perPoint);
            }
          }
        });
  }

  private static void inputGradient(
      Worker worker,
      LinearCall call,
      Expansion spans,
      int k,
      int first,
      int count,
      long gradients,
      long perPoint) {
    int width = call.inputs();
    new Product(
            spans.rows(k),
            call.outputs(),
            count,
            Strides.rowMajor(call.outputs()),
            Strides.rowMajor(width),
            width,
            Epilogue.NONE)
        .run(
            worker,
            address(gradients, spans.start(k), call.outputs(), 0),
            address(call.basisPoint(k), 0, width, first),
            address(perPoint, spans.start(k), width, first));
  }
}
