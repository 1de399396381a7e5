package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.cpu.Description.Epilogue;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Convolution layers by {@link io.loxodrome.ops.MixPlan#INPUTS}: one convolution of the n I
 * channels a_ik x_i with the basis points stacked along their inputs, example by example on each
 * worker.
 *
 * <p>Backward dx_i = sum_k a_ik dx_ik, where dx_ik are the channels of the stacked convolution's
 * input gradient; its weight gradient is dP.
 */
final class InputsConvolution implements ConvolutionWay {
  private final NativePool pool;
  private final Workers workers;
  private final ConvolutionPlans plans;

  InputsConvolution(NativePool pool, Workers workers, ConvolutionPlans plans) {
    this.pool = pool;
    this.workers = workers;
    this.plans = plans;
  }

  /**
   * What one call needs on all workers.
   *
   * @param stacked convolution of n I channels
   * @param coefficients address of a, B x n
   * @param filter address of its weights, in the layout of the call's direction
   */
  private record Stack(
      ConvolutionCall call, ConvolutionPlan stacked, int n, long coefficients, long filter) {
    long row(int example) {
      return coefficients + (long) example * n * Float.BYTES;
    }

    /** Elements of one example's input. */
    int inputs() {
      return call.plan().input.elements();
    }

    /** a_ik x_i for all k. */
    void expand(ExampleMixing mixing, int example, long target) {
      mixing.expand(row(example), call.x(example), inputs(), target, Epilogue.NONE);
    }
  }

  private Stack stack(
      ConvolutionCall call, ConvolutionPlan stacked, Mixture parameters, long filter) {
    long coefficients = NativeMemory.floats("coefficients", parameters.coefficients()).address();
    return new Stack(call, stacked, parameters.basisSize(), coefficients, filter);
  }

  private ConvolutionPlan stacked(Convolution layer, int n) {
    return plans.bare(layer, n * layer.inputs(), layer.outputs());
  }

  /** n x O x (I k k) seen as O x n x (I k k). */
  private static Layout byOutput(Convolution layer, int n) {
    long taps = taps(layer);
    return Layout.strided(
        new long[] {layer.outputs(), n, taps}, new long[] {taps, layer.outputs() * taps, 1});
  }

  /** The weights stacked along their inputs, O x n x (I k k). */
  private static Layout stackedInputs(Convolution layer, int n) {
    return Layout.plain(layer.outputs(), n, taps(layer));
  }

  private static long taps(Convolution layer) {
    return (long) layer.inputs() * layer.kernel() * layer.kernel();
  }

  private Workspace filter(ConvolutionPlan stacked, Layout layout, Convolution layer, Mixture of) {
    int n = of.basisSize();
    long basis = NativeMemory.floats("weights", of.weights()).address();
    Workspace filter = new Workspace(pool, layout.bytes());
    try (Workspace plain = new Workspace(pool, stacked.weights.bytes())) {
      Reorder.once(workers, byOutput(layer, n), basis, stackedInputs(layer, n), plain.address());
      Reorder.once(workers, stacked.weights, plain.address(), layout, filter.address());
    }
    return filter;
  }

  @Override
  public void forward(
      ConvolutionPlan plan,
      MixtureRows rows,
      Mixture parameters,
      Tensor input,
      Tensor output,
      @Nullable Tensor trace) {
    ConvolutionCall call = ConvolutionCall.forward(plan, input, output, trace);
    ConvolutionPlan stacked = stacked(plan.layer, rows.basisSize());
    long bias = NativeMemory.floats("bias", parameters.bias()).address();
    try (Workspace filter = filter(stacked, stacked.forwardWeights, plan.layer, parameters)) {
      Stack stack = stack(call, stacked, parameters, filter.address());
      workers.slices(rows.batch(), 1, (worker, from, to) -> forward(worker, stack, bias, from, to));
    }
  }

  private static void forward(Worker worker, Stack of, long bias, int from, int to) {
    ConvolutionForward kernels = ConvolutionForward.of(worker, of.stacked, Blocking.NONE);
    ExampleMixing mixing = new ExampleMixing(worker, of.n);
    int outputs = of.stacked.layer.outputs();
    try (Workspace inputs = worker.workspace(of.stacked.input.bytes());
        Workspace mixedBias = worker.workspace((long) outputs * Float.BYTES);
        Workspace z = worker.workspace(of.stacked.output.bytes())) {
      for (int i = from; i < to; i++) {
        of.expand(mixing, i, inputs.address());
        mixing.mix(of.row(i), bias, outputs, mixedBias.address());
        kernels.run(inputs.address(), of.filter, mixedBias.address(), z.address(), 0);
        of.call.finish(worker, i, z);
      }
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
    int n = rows.basisSize();
    ConvolutionCall call =
        ConvolutionCall.backward(plan, input, output, trace, outputGradient, inputGradient);
    ConvolutionPlan stacked = stacked(plan.layer, n);
    int used = workers.used(rows.batch(), 1);
    try (Workspace filter = filter(stacked, stacked.backwardWeights, plan.layer, parameters);
        WorkerSums weightSums = new WorkerSums(pool, workers, stacked.weightGradients.elements());
        WorkerSums biasSums = new WorkerSums(pool, workers, n * plan.layer.outputs())) {
      Stack stack = stack(call, stacked, parameters, filter.address());
      workers.slices(
          rows.batch(),
          1,
          (worker, from, to) -> backward(worker, stack, weightSums, biasSums, from, to));
      weightSums.addInto(weightSums.first(), used);
      biasSums.addInto(NativeMemory.floats("bias gradient", gradients.bias()), used);
      deliver(stacked, plan.layer, n, weightSums.address(0), gradients.weights());
    }
  }

  private static void backward(
      Worker worker, Stack of, WorkerSums weightSums, WorkerSums biasSums, int from, int to) {
    ConvolutionBackward kernels = ConvolutionBackward.of(worker, of.stacked, Blocking.NONE);
    ExampleMixing mixing = new ExampleMixing(worker, of.n);
    long weightSum = weightSums.address(worker.index());
    long biasSum = biasSums.address(worker.index());
    try (GradientSum sum = new GradientSum(worker, of.stacked, of.n, weightSum, biasSum);
        Workspace inputs = worker.workspace(of.stacked.input.bytes())) {
      for (int i = from; i < to; i++) {
        long e = of.call.preActivationGradient(worker, i);
        long gradient = kernels.preActivationGradient(0, 0, e);
        of.expand(mixing, i, inputs.address());
        sum.add(kernels, inputs.address(), gradient, of.row(i));
        if (of.call.inputGradient() != 0) {
          kernels.inputGradient(of.filter, gradient, inputs.address());
          mixing.mix(of.row(i), inputs.address(), of.inputs(), of.call.dx(i));
        }
      }
    }
  }

  /** dP from the gradient of the stacked weights. */
  private void deliver(
      ConvolutionPlan stacked, Convolution layer, int n, long gradient, Tensor dp) {
    long target = NativeMemory.floats("weight gradient", dp).address();
    try (Workspace plain = new Workspace(pool, stacked.weights.bytes())) {
      Reorder.once(workers, stacked.weightGradients, gradient, stacked.weights, plain.address());
      Reorder.once(workers, stackedInputs(layer, n), plain.address(), byOutput(layer, n), target);
    }
  }
}
