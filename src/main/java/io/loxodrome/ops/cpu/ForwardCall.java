package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Convolution;

/**
 * One call of a convolution layer's forward operator: the addresses of its operands.
 *
 * @param basis n basis points in the plan's forward layout
 * @param trace 0 if there will be no way back
 */
record ForwardCall(
    ConvolutionPlan plan,
    int n,
    long coefficients,
    long basis,
    long bias,
    long input,
    long output,
    long trace) {

  /** Examples {@code from} to {@code to}. */
  void run(Worker worker, int from, int to) {
    ConvolutionForward kernels =
        worker.kernels(plan, ConvolutionForward.class, key -> new ConvolutionForward(worker, key));
    TileMixing mixing = new TileMixing(worker, n, coefficients);
    int outputs = plan.layer.outputs();
    int tile = plan.tile();
    try (Workspace weights = worker.workspace(tile * plan.forwardWeights.bytes());
        Workspace biases = worker.workspace((long) tile * outputs * Float.BYTES)) {
      for (int first = from; first < to; first += tile) {
        int count = Math.min(tile, to - first);
        mixing.mix(first, count, basis, plan.forwardWeights.elements(), weights.address());
        mixing.mix(first, count, bias, outputs, biases.address());
        for (int i = 0; i < count; i++) {
          example(kernels, first + i, i, weights.address(), biases.address());
        }
      }
    }
  }

  private void example(
      ConvolutionForward kernels, int example, int inTile, long weights, long biases) {
    Convolution layer = plan.layer;
    kernels.run(
        input + example * plan.input.bytes(),
        weights + inTile * plan.forwardWeights.bytes(),
        biases + (long) inTile * layer.outputs() * Float.BYTES,
        output + example * plan.output.bytes(),
        trace == 0 ? kernels.ownTrace() : trace + example * plan.traceBytes());
  }
}
