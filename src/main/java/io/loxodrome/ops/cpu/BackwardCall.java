package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;

/**
 * One call of a convolution layer's backward operator: the addresses of its operands.
 *
 * @param basis n basis points in the plan's backward layout
 * @param inputGradient 0 if nobody needs it
 * @param weightSums each worker's part of dP, in the layout of weight gradients
 * @param biasSums each worker's part of db
 */
record BackwardCall(
    ConvolutionPlan plan,
    int n,
    long coefficients,
    long basis,
    long input,
    long output,
    long trace,
    long outputGradient,
    long inputGradient,
    WorkerSums weightSums,
    WorkerSums biasSums) {

  /** Examples {@code from} to {@code to}. */
  void run(Worker worker, int from, int to) {
    int outputs = plan.layer.outputs();
    int tile = plan.tile();
    try (Workspace weights = worker.workspace(tile * plan.backwardWeights.bytes());
        Workspace gradients = worker.workspace(tile * plan.weightGradients.bytes());
        Workspace biasGradients = worker.workspace((long) tile * outputs * Float.BYTES)) {
      Tile buffers = new Tile(weights.address(), gradients.address(), biasGradients.address());
      Epilogue epilogue = Epilogue.NONE;
      for (int first = from; first < to; first += tile) {
        run(worker, buffers, first, Math.min(tile, to - first), epilogue);
        epilogue = Epilogue.ACCUMULATE;
      }
    }
  }

  /** Addresses of what a tile of examples needs: W, dW and db of each. */
  private record Tile(long weights, long gradients, long biasGradients) {}

  private void run(Worker worker, Tile tile, int first, int count, Epilogue epilogue) {
    TileMixing mixing = new TileMixing(worker, n, coefficients);
    ConvolutionBackward kernels =
        worker.kernels(
            plan, ConvolutionBackward.class, key -> new ConvolutionBackward(worker, key));
    if (inputGradient != 0) {
      mixing.mix(first, count, basis, plan.backwardWeights.elements(), tile.weights);
    }
    for (int i = 0; i < count; i++) {
      example(kernels, tile, first + i, i);
    }
    int outputs = plan.layer.outputs();
    int elements = plan.weightGradients.elements();
    long weightSum = weightSums.address(worker.index());
    long biasSum = biasSums.address(worker.index());
    mixing.spread(first, count, tile.gradients, elements, weightSum, epilogue);
    mixing.spread(first, count, tile.biasGradients, outputs, biasSum, epilogue);
  }

  private void example(ConvolutionBackward kernels, Tile tile, int example, int inTile) {
    long preActivationGradient =
        kernels.preActivationGradient(
            output + example * plan.output.bytes(),
            trace + example * plan.traceBytes(),
            outputGradient + example * plan.output.bytes());
    kernels.weightGradients(
        input + example * plan.input.bytes(),
        preActivationGradient,
        tile.gradients + inTile * plan.weightGradients.bytes(),
        tile.biasGradients + (long) inTile * plan.layer.outputs() * Float.BYTES);
    if (inputGradient != 0) {
      kernels.inputGradient(
          tile.weights + inTile * plan.backwardWeights.bytes(),
          preActivationGradient,
          inputGradient + example * plan.input.bytes());
    }
  }
}
