package io.loxodrome.ops.cuda;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Linear;

/**
 * What a layer takes of memory.
 *
 * @param input numbers of one example's x
 * @param output numbers of one example's y
 * @param traceBytes of one example
 * @param weights p, numbers of one basis point
 * @param biases numbers of one basis point's bias
 */
record LayerSizes(long input, long output, long traceBytes, long weights, int biases) {
  static LayerSizes of(Linear layer) {
    return new LayerSizes(
        layer.inputs(), layer.outputs(), 0, layer.weightShape().size(), layer.outputs());
  }

  static LayerSizes of(Convolution layer) {
    return new LayerSizes(
        layer.inputShape(1).size(),
        layer.outputShape(1).size(),
        ConvolutionTail.traceBytes(layer),
        layer.weightShape().size(),
        layer.outputs());
  }

  /** Weights of this many examples, at least one, fit so many bytes. */
  int weightsWithin(long bytes, int most) {
    return (int) Math.max(1, Math.min(most, bytes / Float.BYTES / weights));
  }
}
