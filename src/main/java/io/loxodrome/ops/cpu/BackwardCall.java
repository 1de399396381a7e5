package io.loxodrome.ops.cpu;

import static io.loxodrome.ops.cpu.TileMixing.Part.ALL;
import static io.loxodrome.ops.cpu.TileMixing.Part.NON_ZERO;

import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.cpu.Tile.Portion;
import io.loxodrome.ops.cpu.TileMixing.Part;
import org.jspecify.annotations.Nullable;

/**
 * One call of a convolution layer's backward operator by mixed weights.
 *
 * @param images of the call; its plan is for one example
 * @param blocking how they stand
 * @param basis n basis points in the plan's backward layout
 * @param basisPart which coefficients to mix
 * @param sums of the parameters' gradients; null if nobody needs them
 */
record BackwardCall(
    ConvolutionCall images,
    Blocking blocking,
    Tiling tiling,
    MixtureRows rows,
    HeapRows basis,
    Part basisPart,
    @Nullable Sums sums) {

  /**
   * Sums of gradients, to which every worker adds a part.
   *
   * @param weights dP, in the layout of weight gradients
   * @param bias db
   */
  record Sums(HeapSums weights, HeapSums bias) {}

  /** The examples at places {@code from} to {@code to}. */
  void run(Worker worker, int from, int to) {
    TileMixing mixing = new TileMixing(worker, rows);
    ConvolutionPlan plan = images.plan();
    int most = plan.tile();
    try (Workspace weights = worker.workspace(most * plan.backwardWeights.bytes());
        TileGradients gradients =
            sums == null ? null : new TileGradients(worker, plan, mixing, sums)) {
      for (Tile tile : tiling.tiles(from, to, plan.together().examples(), most)) {
        if (images.inputGradient() != 0) {
          mixing.mix(tile.mixtures(), basisPart, basis, weights.block());
        }
        for (int p = 0; p < tile.portions().size(); p++) {
          run(worker, weights.address(), gradients, tile.portions().get(p), p);
        }
        if (gradients != null) {
          gradients.spread(tile);
        }
      }
    }
  }

  private void run(
      Worker worker, long weights, @Nullable TileGradients gradients, Portion portion, int index) {
    ConvolutionPlan plan = images.plan();
    ConvolutionBackward kernels =
        ConvolutionBackward.of(worker, plan.of(portion.count()), blocking);
    int first = portion.first();
    long preActivationGradient =
        kernels.preActivationGradient(
            images.output() + first * plan.output.bytes(),
            images.trace() + first * plan.traceBytes(),
            images.outputGradient() + first * plan.output.bytes());
    if (gradients != null) {
      kernels.weightGradients(
          images.x(first), preActivationGradient, gradients.weights(index), gradients.bias(index));
    }
    if (images.inputGradient() != 0) {
      kernels.inputGradient(
          weights + portion.mixture() * plan.backwardWeights.bytes(),
          preActivationGradient,
          images.dx(first));
    }
  }

  /** The gradients of each of a tile's portions, on their way to a worker's sums. */
  private static final class TileGradients implements AutoCloseable {
    private final Worker worker;
    private final ConvolutionPlan plan;
    private final TileMixing mixing;
    private final HeapRows weightSum;
    private final HeapRows biasSum;
    private final Workspace weights;
    private final Workspace bias;

    TileGradients(Worker worker, ConvolutionPlan plan, TileMixing mixing, Sums sums) {
      this.worker = worker;
      this.plan = plan;
      this.mixing = mixing;
      this.weightSum = sums.weights.begin(worker);
      this.biasSum = sums.bias.begin(worker);
      this.weights = worker.workspace(plan.tile() * plan.weightGradients.bytes());
      this.bias = worker.workspace((long) plan.tile() * plan.layer.outputs() * Float.BYTES);
    }

    long weights(int portion) {
      return weights.address() + portion * plan.weightGradients.bytes();
    }

    long bias(int portion) {
      return bias.address() + (long) portion * plan.layer.outputs() * Float.BYTES;
    }

    void spread(Tile tile) {
      int count = tile.portions().size() * plan.layer.outputs();
      // What is not finite in an example's gradient is not finite in that of its bias.
      Part part = Finiteness.holds(worker, bias.block(), 0, count) ? NON_ZERO : ALL;
      mixing.spread(tile.firsts(), part, weights.block(), weightSum);
      mixing.spread(tile.firsts(), part, bias.block(), biasSum);
    }

    @Override
    public void close() {
      weights.close();
      bias.close();
    }
  }
}
