package io.loxodrome.ops.cpu;

import static io.loxodrome.ops.cpu.TileMixing.Part.NON_ZERO;

import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.cpu.Tile.Portion;

/**
 * One call of a convolution layer's forward operator: its operands, those outside the heap by
 * address.
 *
 * @param plan for one example
 * @param basis n basis points in the plan's forward layout
 * @param bias n of its basis points
 * @param trace 0 if there will be no way back
 */
record ForwardCall(
    ConvolutionPlan plan,
    Blocking blocking,
    Tiling tiling,
    MixtureRows rows,
    HeapRows basis,
    HeapRows bias,
    long input,
    long output,
    long trace) {

  /** The examples at places {@code from} to {@code to}. */
  void run(Worker worker, int from, int to) {
    TileMixing mixing = new TileMixing(worker, rows);
    int outputs = plan.layer.outputs();
    int most = plan.tile();
    try (Workspace weights = worker.workspace(most * plan.forwardWeights.bytes());
        Workspace biases = worker.workspace((long) most * outputs * Float.BYTES)) {
      for (Tile tile : tiling.tiles(from, to, plan.together().examples(), most)) {
        mixing.mix(tile.mixtures(), NON_ZERO, basis, weights.block());
        mixing.mix(tile.mixtures(), NON_ZERO, bias, biases.block());
        for (Portion portion : tile.portions()) {
          run(worker, portion, weights.address(), biases.address());
        }
      }
    }
  }

  private void run(Worker worker, Portion portion, long weights, long biases) {
    ConvolutionForward kernels = ConvolutionForward.of(worker, plan.of(portion.count()), blocking);
    int first = portion.first();
    kernels.run(
        input + first * plan.input.bytes(),
        weights + portion.mixture() * plan.forwardWeights.bytes(),
        biases + (long) portion.mixture() * plan.layer.outputs() * Float.BYTES,
        output + first * plan.output.bytes(),
        trace == 0 ? 0 : trace + first * plan.traceBytes());
  }
}
