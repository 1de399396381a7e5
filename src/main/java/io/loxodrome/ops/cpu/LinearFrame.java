package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.cpu.Description.Epilogue;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What is the same in all ways to apply linear layers: the bias and the activation. */
final class LinearFrame {
  private final NativePool pool;
  private final Workers workers;

  LinearFrame(NativePool pool, Workers workers) {
    this.pool = pool;
    this.workers = workers;
  }

  /** As {@link io.loxodrome.ops.LinearOperators#forward}, by {@code way}. */
  void forward(LinearWay way, LinearCall call, Tensor input, Tensor output) {
    if (call.batch() == 0) {
      return;
    }
    NativeBlock y = NativeMemory.floats("output", output);
    mixBias(call, y.address());
    way.addOutputs(call, NativeMemory.floats("input", input), y);
    if (call.layer().activation() == Activation.RELU) {
      Rectifier.forward(workers, y, Math.toIntExact(output.size()));
    }
  }

  /** Z = A b. */
  private void mixBias(LinearCall call, long target) {
    Product.mixture(call.batch(), call.basisSize(), call.outputs())
        .runByColumns(workers, call.coefficients(), call.bias(), target);
  }

  /** As {@link io.loxodrome.ops.LinearOperators#backward}, by {@code way}. */
  void backward(
      LinearWay way,
      LinearCall call,
      Tensor input,
      Tensor output,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients) {
    if (call.batch() == 0) {
      Zeros.write(workers, gradients);
      return;
    }
    NativeBlock x = NativeMemory.floats("input", input);
    NativeBlock dy = NativeMemory.floats("outputGradient", outputGradient);
    @Nullable NativeBlock dx =
        inputGradient == null ? null : NativeMemory.floats("inputGradient", inputGradient);
    if (call.layer().activation() == Activation.RELU) {
      try (Workspace masked = new Workspace(pool, output.size() * Float.BYTES)) {
        NativeBlock y = NativeMemory.floats("output", output);
        Rectifier.backward(workers, y, dy, masked.block(), Math.toIntExact(output.size()));
        gradients(way, call, x, masked.block(), dx, gradients);
      }
    } else {
      gradients(way, call, x, dy, dx, gradients);
    }
  }

  private void gradients(
      LinearWay way,
      LinearCall call,
      NativeBlock x,
      NativeBlock e,
      @Nullable NativeBlock dx,
      @Nullable MixtureGradients gradients) {
    if (gradients == null) {
      way.gradients(call, x, e, dx, null);
      return;
    }
    biasGradient(
        call, e.address(), NativeMemory.floats("bias gradient", gradients.bias()).address());
    way.gradients(call, x, e, dx, NativeMemory.floats("weight gradient", gradients.weights()));
  }

  /** db = A^T E. */
  private void biasGradient(LinearCall call, long e, long target) {
    Product.spread(call.batch(), call.basisSize(), call.outputs(), Epilogue.NONE)
        .runByColumns(workers, call.coefficients(), e, target);
  }
}
