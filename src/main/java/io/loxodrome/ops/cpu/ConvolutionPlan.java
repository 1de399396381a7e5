package io.loxodrome.ops.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Pooling;
import io.loxodrome.ops.cpu.Description.ConvolutionOperands;
import io.loxodrome.ops.cpu.Description.Epilogue;
import org.jspecify.annotations.Nullable;

/**
 * How one example passes through a convolution layer: oneDNN's descriptions, with the blocked
 * layouts it chose for weights and images.
 */
final class ConvolutionPlan {
  private static final long TILE_BYTES = 2 << 20;

  final Convolution layer;

  /** One example's input, row-major. */
  final Layout input;

  /** One basis point, row-major. */
  final Layout weights;

  /** One example's output, row-major. */
  final Layout output;

  final Description convolution;
  final Description inputGradient;
  final Description weightGradient;
  final Description reluGradient;

  /** The weights going forward. */
  final Layout forwardWeights;

  /** The weights for the gradient of the input. */
  final Layout backwardWeights;

  /** The gradient of the weights. */
  final Layout weightGradients;

  /** One example between convolution and pooling. */
  final Layout convolved;

  /** One example where the forward pass ends. */
  final Layout pooled;

  /** Null if nothing is pooled. */
  final @Nullable PoolingPlan pooling;

  ConvolutionPlan(Convolution layer) {
    this.layer = layer;
    input = Layout.plain(1, layer.inputs(), layer.height(), layer.width());
    weights = Layout.plain(layer.outputs(), layer.inputs(), layer.kernel(), layer.kernel());
    output = Layout.plain(1, layer.outputs(), layer.outputHeight(), layer.outputWidth());
    ConvolutionOperands operands = operands(layer);
    convolution = Description.convolution(operands, epilogue(layer));
    inputGradient = Description.convolutionInputGradient(operands, convolution);
    weightGradient = Description.convolutionWeightGradient(operands, convolution);
    reluGradient = Description.reluGradient(output);
    forwardWeights = convolution.layout(DNNL_ARG_WEIGHTS);
    backwardWeights = inputGradient.layout(DNNL_ARG_WEIGHTS);
    weightGradients = weightGradient.layout(DNNL_ARG_DIFF_WEIGHTS);
    convolved = convolution.layout(DNNL_ARG_DST);
    pooling = layer.pool() == 1 ? null : pooling(layer, convolved);
    pooled = pooling == null ? convolved : pooling.output();
  }

  private static ConvolutionOperands operands(Convolution layer) {
    return new ConvolutionOperands(
        Layout.any(1, layer.inputs(), layer.height(), layer.width()),
        Layout.any(layer.outputs(), layer.inputs(), layer.kernel(), layer.kernel()),
        Layout.plain(layer.outputs()),
        Layout.any(1, layer.outputs(), layer.convolvedHeight(), layer.convolvedWidth()),
        layer.stride(),
        layer.padding());
  }

  private static Epilogue epilogue(Convolution layer) {
    return layer.activation() == Activation.RELU ? Epilogue.RELU : Epilogue.NONE;
  }

  private static PoolingPlan pooling(Convolution layer, Layout convolved) {
    Pooling pooling =
        new Pooling(
            Pooling.Kind.MAX,
            layer.outputs(),
            layer.convolvedHeight(),
            layer.convolvedWidth(),
            layer.pool());
    return new PoolingPlan(pooling, convolved);
  }

  /** Examples whose weights are mixed at a time: about 2 MiB of them, at most 16. */
  int tile() {
    long fit = TILE_BYTES / Math.max(forwardWeights.bytes(), weightGradients.bytes());
    return (int) Math.max(1, Math.min(16, fit));
  }

  /** Bytes kept of one example for the way back. */
  long traceBytes() {
    return pooling == null ? 0 : pooling.traceBytes();
  }
}
