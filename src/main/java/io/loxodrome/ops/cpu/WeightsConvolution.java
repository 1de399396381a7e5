package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Convolution layers by {@link io.loxodrome.ops.MixPlan#WEIGHTS}: W(s_i) for a tile of examples,
 * then each example alone through oneDNN, from its weights to its pooled output in one core's
 * cache.
 *
 * <p>The basis points are brought into oneDNN's blocked layout once per call, so that their
 * mixtures need no reorder. Backward, each example's dW is spread over the basis points of its
 * worker's own sum, dP_k += a_ik dW_i; the sums are added at the end, in the workers' order.
 */
final class WeightsConvolution implements ConvolutionWay {
  private final NativePool pool;
  private final Workers workers;

  WeightsConvolution(NativePool pool, Workers workers) {
    this.pool = pool;
    this.workers = workers;
  }

  @Override
  public void forward(
      ConvolutionPlan plan,
      MixtureRows rows,
      Mixture parameters,
      Tensor input,
      Tensor output,
      @Nullable Tensor trace) {
    try (Workspace basis = blockedBasis(parameters, plan, plan.forwardWeights)) {
      ForwardCall call =
          new ForwardCall(
              plan,
              parameters.basisSize(),
              NativeMemory.floats("coefficients", parameters.coefficients()).address(),
              basis.address(),
              NativeMemory.floats("bias", parameters.bias()).address(),
              NativeMemory.floats("input", input).address(),
              NativeMemory.floats("output", output).address(),
              trace == null ? 0 : traceAddress(trace));
      workers.slices(parameters.batch(), 1, call::run);
    }
  }

  private static long traceAddress(Tensor trace) {
    return NativeMemory.block("trace", trace, ElementType.UINT8).address();
  }

  /** The n basis points one after another in oneDNN's layout. */
  private Workspace blockedBasis(Mixture parameters, ConvolutionPlan plan, Layout layout) {
    int n = parameters.basisSize();
    long from = NativeMemory.floats("weights", parameters.weights()).address();
    Workspace basis = new Workspace(pool, n * layout.bytes());
    relayout(n, plan.weights, from, layout, basis.address());
    return basis;
  }

  /** Brings n arrays, one after another, from one layout to the other. */
  private void relayout(int n, Layout from, long source, Layout to, long target) {
    Reorder.Key key = new Reorder.Key(from, to);
    workers.slices(
        n,
        1,
        (worker, first, end) -> {
          Reorder reorder = worker.kernels(key, Reorder.class, k -> new Reorder(worker, k));
          for (int k = first; k < end; k++) {
            reorder.run(source + k * from.bytes(), target + k * to.bytes());
          }
        });
  }

  @Override
  public void backward(
      ConvolutionPlan plan,
      MixtureRows rows,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      MixtureGradients gradients) {
    int n = parameters.basisSize();
    Layout blocked = plan.weightGradients;
    int biases = n * plan.layer.outputs();
    try (Workspace basis = blockedBasis(parameters, plan, plan.backwardWeights);
        WorkerSums weightSums = new WorkerSums(pool, workers, n * blocked.elements());
        WorkerSums biasSums = new WorkerSums(pool, workers, biases)) {
      BackwardCall call =
          new BackwardCall(
              plan,
              n,
              NativeMemory.floats("coefficients", parameters.coefficients()).address(),
              basis.address(),
              NativeMemory.floats("input", input).address(),
              NativeMemory.floats("output", output).address(),
              traceAddress(trace),
              NativeMemory.floats("outputGradient", outputGradient).address(),
              inputGradient == null
                  ? 0
                  : NativeMemory.floats("inputGradient", inputGradient).address(),
              weightSums,
              biasSums);
      workers.slices(parameters.batch(), 1, call::run);
      int slices = workers.used(parameters.batch(), 1);
      weightSums.addInto(weightSums.first(), slices);
      biasSums.addInto(NativeMemory.floats("bias gradient", gradients.bias()), slices);
      relayout(
          n,
          blocked,
          weightSums.address(0),
          plan.weights,
          NativeMemory.floats("weight gradient", gradients.weights()).address());
    }
  }
}
