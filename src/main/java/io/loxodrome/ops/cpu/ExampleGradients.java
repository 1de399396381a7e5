package io.loxodrome.ops.cpu;

import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Tensor;

/**
 * The parameter gradients of a convolution layer with the examples kept apart, each written to its
 * row as oneDNN computes it, and left in oneDNN's layout if that takes no more room.
 */
final class ExampleGradients {
  private final ConvolutionPlan plan;
  private final ConvolutionCall call;
  private final Blocking blocking;
  private final Tensor rows;
  private final long weights;
  private final long bias;

  /**
   * Gradients that are still to be computed.
   *
   * @param blocking how the call's images stand
   * @param rows written, B x the layer's shapes
   */
  ExampleGradients(ConvolutionCall call, Blocking blocking, MixtureGradients rows) {
    this.plan = call.plan();
    this.call = call;
    this.blocking = blocking;
    this.rows = rows.weights();
    this.weights = NativeMemory.floats("weight rows", rows.weights()).address();
    this.bias = NativeMemory.floats("bias rows", rows.bias()).address();
  }

  /** Computes all of them. */
  void run(Workers workers) {
    int batch = rows.shape().dimension(0);
    boolean fit = plan.weightGradients.bytes() == plan.weights.bytes();
    workers.slices(batch, 1, fit ? this::write : this::writeRowMajor);
    NativeMemory.arrange(
        rows, fit ? new Arrangement(workers, plan.weightGradients, plan.weights, batch) : null);
  }

  private void write(Worker worker, int from, int to) {
    ConvolutionBackward kernels = ConvolutionBackward.of(worker, plan, blocking);
    for (int i = from; i < to; i++) {
      run(kernels, i, weights + i * plan.weightGradients.bytes());
    }
  }

  private void writeRowMajor(Worker worker, int from, int to) {
    ConvolutionBackward kernels = ConvolutionBackward.of(worker, plan, blocking);
    Reorder.Key key = new Reorder.Key(plan.weightGradients, plan.weights);
    Reorder reorder = worker.kernels(key, Reorder.class, k -> new Reorder(worker, k));
    try (Workspace blocked = worker.workspace(plan.weightGradients.bytes())) {
      for (int i = from; i < to; i++) {
        run(kernels, i, blocked.address());
        reorder.run(blocked.address(), weights + i * plan.weights.bytes());
      }
    }
  }

  private void run(ConvolutionBackward kernels, int example, long weightGradient) {
    long gradient =
        kernels.preActivationGradient(
            call.output() + example * plan.output.bytes(),
            call.trace() + example * plan.traceBytes(),
            call.outputGradient() + example * plan.output.bytes());
    long biasGradient = bias + (long) example * plan.layer.outputs() * Float.BYTES;
    kernels.weightGradients(call.x(example), gradient, weightGradient, biasGradient);
  }
}
