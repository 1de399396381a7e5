package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.cpu.Description.Epilogue;

/**
 * A convolution with m of the n basis points stacked along its outputs, for a group of examples
 * that need no others.
 *
 * <p>Forward z_i = sum_k a_ik (P_k * x_i + b_k). Backward with e_ik = a_ik e_i as m O channels:
 * dP_k and dx_i are the gradients of the stacked convolution. Each worker takes its examples one by
 * one and keeps m outputs of one of them.
 */
final class StackedOutputs {
  private final NativePool pool;
  private final Workers workers;
  private final ConvolutionPlans plans;

  StackedOutputs(NativePool pool, Workers workers, ConvolutionPlans plans) {
    this.pool = pool;
    this.workers = workers;
    this.plans = plans;
  }

  private ConvolutionPlan stacked(ConvolutionCall call, MixtureRows.Group group) {
    int outputs = group.basisPoints().size() * call.layer().outputs();
    return plans.bare(call.layer(), call.layer().inputs(), outputs);
  }

  private Workspace floats(long count) {
    return new Workspace(pool, count * Float.BYTES);
  }

  private BasisSelection selection(MixtureRows rows, MixtureRows.Group group) {
    return new BasisSelection(pool, workers, group.basisPoints(), rows.basisSize());
  }

  private CoefficientTable coefficients(MixtureRows rows, MixtureRows.Group group) {
    return new CoefficientTable(pool, rows, group.examples(), group.basisPoints());
  }

  /** The group's basis points in one of the stacked convolution's layouts. */
  private Workspace filter(
      ConvolutionPlan stacked, Layout layout, BasisSelection selection, Mixture parameters) {
    Workspace filter = new Workspace(pool, layout.bytes());
    int elements = Math.toIntExact(parameters.weights().shape().rowSize());
    try (Workspace plain = new Workspace(pool, stacked.weights.bytes())) {
      selection.gather(
          NativeMemory.floats("weights", parameters.weights()).address(),
          elements,
          plain.address());
      Reorder.once(workers, stacked.weights, plain.address(), layout, filter.address());
    }
    return filter;
  }

  /** Writes the outputs of the group's examples. */
  void forward(
      ConvolutionCall call, MixtureRows rows, MixtureRows.Group group, Mixture parameters) {
    ConvolutionPlan stacked = stacked(call, group);
    int outputs = call.layer().outputs();
    try (BasisSelection selection = selection(rows, group);
        CoefficientTable a = coefficients(rows, group);
        Workspace filter = filter(stacked, stacked.forwardWeights, selection, parameters);
        Workspace bias = floats(stacked.layer.outputs())) {
      selection.gather(
          NativeMemory.floats("bias", parameters.bias()).address(), outputs, bias.address());
      workers.slices(
          group.examples().size(),
          1,
          (worker, from, to) -> {
            ConvolutionForward kernels = ConvolutionForward.of(worker, stacked, Blocking.NONE);
            ExampleMixing mixing = new ExampleMixing(worker, group.basisPoints().size());
            try (Workspace perPoint = worker.workspace(stacked.output.bytes());
                Workspace z = worker.workspace((long) call.preActivations() * Float.BYTES)) {
              for (int i = from; i < to; i++) {
                int example = group.examples().get(i);
                kernels.run(
                    call.x(example), filter.address(), bias.address(), perPoint.address(), 0);
                mixing.mix(a.row(i), perPoint.address(), call.preActivations(), z.address());
                call.finish(worker, example, z);
              }
            }
          });
    }
  }

  /**
   * Writes the input gradients of the group's examples and adds theirs of the parameters.
   *
   * @param dp address of dL/dP
   * @param db address of dL/db
   */
  void backward(
      ConvolutionCall call,
      MixtureRows rows,
      MixtureRows.Group group,
      Mixture parameters,
      long dp,
      long db) {
    ConvolutionPlan stacked = stacked(call, group);
    Layout gradients = stacked.weightGradients;
    int used = workers.used(group.examples().size(), 1);
    try (BasisSelection selection = selection(rows, group);
        CoefficientTable a = coefficients(rows, group);
        Workspace filter = filter(stacked, stacked.backwardWeights, selection, parameters);
        WorkerSums weightSums = new WorkerSums(pool, workers, gradients.elements());
        WorkerSums biasSums = new WorkerSums(pool, workers, stacked.layer.outputs());
        Workspace plain = new Workspace(pool, stacked.weights.bytes())) {
      Addresses of = new Addresses(a, filter.address(), weightSums, biasSums);
      workers.slices(
          group.examples().size(),
          1,
          (worker, from, to) -> backward(worker, call, stacked, group, of, from, to));
      weightSums.addInto(weightSums.first(), used);
      biasSums.addInto(biasSums.first(), used);
      Reorder.once(workers, gradients, weightSums.address(0), stacked.weights, plain.address());
      int elements = Math.toIntExact(parameters.weights().shape().rowSize());
      selection.add(plain.address(), elements, dp);
      selection.add(biasSums.address(0), call.layer().outputs(), db);
    }
  }

  /** What all workers read and where they add up on the way back. */
  private record Addresses(
      CoefficientTable coefficients, long filter, WorkerSums weightSums, WorkerSums biasSums) {}

  private void backward(
      Worker worker,
      ConvolutionCall call,
      ConvolutionPlan stacked,
      MixtureRows.Group group,
      Addresses of,
      int from,
      int to) {
    ConvolutionBackward kernels = ConvolutionBackward.of(worker, stacked, Blocking.NONE);
    ExampleMixing mixing = new ExampleMixing(worker, group.basisPoints().size());
    long weightSum = of.weightSums.address(worker.index());
    long biasSum = of.biasSums.address(worker.index());
    try (GradientSum sum = new GradientSum(worker, stacked, 1, weightSum, biasSum);
        Workspace expanded = worker.workspace(stacked.output.bytes())) {
      for (int i = from; i < to; i++) {
        int example = group.examples().get(i);
        mixing.expand(
            of.coefficients.row(i),
            call.preActivationGradient(worker, example),
            call.preActivations(),
            expanded.address(),
            Epilogue.NONE);
        long gradient = kernels.preActivationGradient(0, 0, expanded.address());
        sum.add(kernels, call.x(example), gradient, sum.one());
        if (call.inputGradient() != 0) {
          kernels.inputGradient(of.filter, gradient, call.dx(example));
        }
      }
    }
  }
}
