package io.loxodrome.ops.cpu;

import static io.loxodrome.ops.cpu.TileMixing.Part.ALL;
import static io.loxodrome.ops.cpu.TileMixing.Part.NON_ZERO;

import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.cpu.TileMixing.Part;
import io.loxodrome.tensor.Tensor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Convolution layers by {@link io.loxodrome.ops.MixPlan#WEIGHTS} and {@link
 * io.loxodrome.ops.MixPlan#SHARED}: W(s_i) for a tile of examples, then one example, or some that
 * share their weights, through oneDNN, from their weights to their pooled output in one core's
 * cache.
 *
 * <p>The basis points are brought into oneDNN's blocked layout once per call, so that their
 * mixtures need no reorder. Backward, each dW is spread over the basis points of its worker's own
 * sum, dP_k += a_ik dW_i; the sums are added at the end, in the workers' order.
 */
final class MixedConvolution implements ConvolutionWay {
  private final NativePool pool;
  private final HeapPool heap;
  private final Workers workers;
  private final Function<MixtureRows, Tiling> tiling;

  private MixedConvolution(
      NativePool pool, HeapPool heap, Workers workers, Function<MixtureRows, Tiling> tiling) {
    this.pool = pool;
    this.heap = heap;
    this.workers = workers;
    this.tiling = tiling;
  }

  /** Weights for each example. */
  static MixedConvolution ofExamples(NativePool pool, HeapPool heap, Workers workers) {
    return new MixedConvolution(pool, heap, workers, Tiling::single);
  }

  /** Weights for each distinct row of coefficients. */
  static MixedConvolution ofDistinctRows(NativePool pool, HeapPool heap, Workers workers) {
    return new MixedConvolution(pool, heap, workers, Tiling::shared);
  }

  @Override
  public void forward(
      ConvolutionPlan plan,
      MixtureRows rows,
      Mixture parameters,
      Tensor input,
      Tensor output,
      @Nullable Tensor trace) {
    Blocking blocking = new Blocking(isBlocked(plan, input), plan.blocksOutput());
    try (HeapRows basis = blockedBasis(parameters, plan, plan.forwardWeights);
        HeapRows bias = bias(parameters, plan)) {
      ForwardCall call =
          new ForwardCall(
              plan,
              blocking,
              tiling.apply(rows),
              rows,
              basis,
              bias,
              address("input", input, blocking.input()),
              NativeMemory.floatsAsTheyStand("output", output).address(),
              trace == null ? 0 : ConvolutionCall.traceAddress(trace));
      workers.slices(parameters.batch(), 1, call::run);
    }
    int batch = parameters.batch();
    Arrangement left = new Arrangement(workers, plan.pooled, plan.output, batch);
    NativeMemory.arrange(output, blocking.output() ? left : null);
  }

  private static boolean isBlocked(ConvolutionPlan plan, Tensor input) {
    return plan.blocksInput() && NativeMemory.isArranged(input, plan.blockedInput());
  }

  private static long address(String name, Tensor images, boolean blocked) {
    NativeBlock block =
        blocked ? NativeMemory.floatsAsTheyStand(name, images) : NativeMemory.floats(name, images);
    return block.address();
  }

  private HeapRows bias(Mixture parameters, ConvolutionPlan plan) {
    NativeBlock block = NativeMemory.floats("bias", parameters.bias());
    int outputs = plan.layer.outputs();
    HeapRows bias = new HeapRows(heap, parameters.basisSize(), outputs);
    bias.read(block);
    return bias;
  }

  /** The n basis points in oneDNN's layout. */
  private HeapRows blockedBasis(Mixture parameters, ConvolutionPlan plan, Layout layout) {
    int n = parameters.basisSize();
    long from = NativeMemory.floats("weights", parameters.weights()).address();
    HeapRows basis = new HeapRows(heap, n, layout.elements());
    try (Workspace blocked = new Workspace(pool, n * layout.bytes())) {
      relayout(n, plan.weights, from, layout, blocked.address());
      basis.read(blocked.block());
    }
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

  /** How the images of a backward pass stand. */
  private static Blocking blocking(
      ConvolutionPlan plan, Tensor input, Tensor output, Tensor outputGradient) {
    boolean blockedOutputs =
        NativeMemory.isArranged(output, plan.pooled)
            && NativeMemory.isArranged(outputGradient, plan.pooled);
    return new Blocking(isBlocked(plan, input), blockedOutputs);
  }

  private static ConvolutionCall call(
      ConvolutionPlan plan,
      Blocking blocking,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient) {
    return new ConvolutionCall(
        plan,
        address("input", input, blocking.input()),
        address("output", output, blocking.output()),
        ConvolutionCall.traceAddress(trace),
        address("outputGradient", outputGradient, blocking.output()),
        inputGradient == null
            ? 0
            : NativeMemory.floatsAsTheyStand("inputGradient", inputGradient).address());
  }

  /** Notes in what layout a backward pass has left the input's gradient. */
  private void arrange(
      ConvolutionPlan plan, Blocking blocking, int batch, @Nullable Tensor inputGradient) {
    if (inputGradient != null) {
      Arrangement left = new Arrangement(workers, plan.blockedInput(), plan.input, batch);
      NativeMemory.arrange(inputGradient, blocking.input() ? left : null);
    }
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
    int batch = parameters.batch();
    Layout blocked = plan.weightGradients;
    Blocking blocking = blocking(plan, input, output, outputGradient);
    try (HeapRows basis = blockedBasis(parameters, plan, plan.backwardWeights);
        HeapSums weightSums = new HeapSums(heap, workers, n, blocked.elements());
        HeapSums biasSums = new HeapSums(heap, workers, n, plan.layer.outputs());
        Workspace sum = new Workspace(pool, n * blocked.bytes())) {
      BackwardCall call =
          new BackwardCall(
              call(plan, blocking, input, output, trace, outputGradient, inputGradient),
              blocking,
              tiling.apply(rows),
              rows,
              basis,
              part(parameters),
              new BackwardCall.Sums(weightSums, biasSums));
      workers.slices(batch, 1, call::run);
      arrange(plan, blocking, batch, inputGradient);
      int slices = workers.used(batch, 1);
      weightSums.writeTo(sum.block(), slices);
      biasSums.writeTo(NativeMemory.floats("bias gradient", gradients.bias()), slices);
      relayout(
          n,
          blocked,
          sum.address(),
          plan.weights,
          NativeMemory.floats("weight gradient", gradients.weights()).address());
    }
  }

  private Part part(Mixture parameters) {
    return Finiteness.holds(workers, "weights", parameters.weights()) ? NON_ZERO : ALL;
  }

  /** As {@link #backward} to the input alone. */
  void inputGradient(
      ConvolutionPlan plan,
      MixtureRows rows,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      Tensor inputGradient) {
    int batch = parameters.batch();
    Blocking blocking = blocking(plan, input, output, outputGradient);
    try (HeapRows basis = blockedBasis(parameters, plan, plan.backwardWeights)) {
      BackwardCall call =
          new BackwardCall(
              call(plan, blocking, input, output, trace, outputGradient, inputGradient),
              blocking,
              tiling.apply(rows),
              rows,
              basis,
              part(parameters),
              null);
      workers.slices(batch, 1, call::run);
    }
    arrange(plan, blocking, batch, inputGradient);
  }

  /** As {@link io.loxodrome.ops.ConvolutionOperators#exampleGradients}. */
  static void exampleGradients(
      Workers workers,
      ConvolutionPlan plan,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      MixtureGradients rows) {
    Blocking blocking = blocking(plan, input, output, outputGradient);
    ConvolutionCall call = call(plan, blocking, input, output, trace, outputGradient, null);
    new ExampleGradients(call, blocking, rows).run(workers);
  }
}
