package io.loxodrome.ops.cpu;

import static io.loxodrome.ops.cpu.TileMixing.Part.ALL;
import static io.loxodrome.ops.cpu.TileMixing.Part.NON_ZERO;

import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.cpu.Tile.Portion;
import io.loxodrome.ops.cpu.TileMixing.Part;

/**
 * One call of a convolution layer's backward operator: its operands, those outside the heap by
 * address.
 *
 * @param plan for one example
 * @param basis n basis points in the plan's backward layout
 * @param basisPart which coefficients to mix
 * @param inputGradient 0 if nobody needs it
 * @param weightSums each worker's part of dP, in the layout of weight gradients
 * @param biasSums each worker's part of db
 */
record BackwardCall(
    ConvolutionPlan plan,
    Blocking blocking,
    Tiling tiling,
    MixtureRows rows,
    HeapRows basis,
    Part basisPart,
    long input,
    long output,
    long trace,
    long outputGradient,
    long inputGradient,
    HeapSums weightSums,
    HeapSums biasSums) {

  /** The examples at places {@code from} to {@code to}. */
  void run(Worker worker, int from, int to) {
    TileMixing mixing = new TileMixing(worker, rows);
    int outputs = plan.layer.outputs();
    int most = plan.tile();
    HeapRows weightSum = weightSums.begin(worker);
    HeapRows biasSum = biasSums.begin(worker);
    try (Workspace weights = worker.workspace(most * plan.backwardWeights.bytes());
        Workspace gradients = worker.workspace(most * plan.weightGradients.bytes());
        Workspace biasGradients = worker.workspace((long) most * outputs * Float.BYTES)) {
      Buffers buffers =
          new Buffers(weights.address(), gradients.address(), biasGradients.address());
      for (Tile tile : tiling.tiles(from, to, plan.together().examples(), most)) {
        if (inputGradient != 0) {
          mixing.mix(tile.mixtures(), basisPart, basis, weights.block());
        }
        for (int p = 0; p < tile.portions().size(); p++) {
          run(worker, buffers, tile.portions().get(p), p);
        }
        int count = tile.portions().size() * outputs;
        // What is not finite in an example's gradient is not finite in that of its bias.
        Part part = Finiteness.holds(worker, biasGradients.block(), 0, count) ? NON_ZERO : ALL;
        mixing.spread(tile.firsts(), part, gradients.block(), weightSum);
        mixing.spread(tile.firsts(), part, biasGradients.block(), biasSum);
      }
    }
  }

  /** Addresses of a tile's mixed weights, and of the gradients of each of its portions. */
  private record Buffers(long weights, long gradients, long biasGradients) {}

  private void run(Worker worker, Buffers buffers, Portion portion, int index) {
    ConvolutionBackward kernels =
        ConvolutionBackward.of(worker, plan.of(portion.count()), blocking);
    int first = portion.first();
    long preActivationGradient =
        kernels.preActivationGradient(
            output + first * plan.output.bytes(),
            trace + first * plan.traceBytes(),
            outputGradient + first * plan.output.bytes());
    kernels.weightGradients(
        input + first * plan.input.bytes(),
        preActivationGradient,
        buffers.gradients + index * plan.weightGradients.bytes(),
        buffers.biasGradients + (long) index * plan.layer.outputs() * Float.BYTES);
    if (inputGradient != 0) {
      kernels.inputGradient(
          buffers.weights + portion.mixture() * plan.backwardWeights.bytes(),
          preActivationGradient,
          inputGradient + first * plan.input.bytes());
    }
  }
}
