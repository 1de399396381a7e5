package io.loxodrome.ops.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Pooling;
import io.loxodrome.ops.cpu.Description.ConvolutionOperands;
import io.loxodrome.ops.cpu.Description.Epilogue;
import org.jspecify.annotations.Nullable;

/**
 * How one example, or some together, pass through a convolution layer: oneDNN's descriptions, with
 * the blocked layouts it chose for weights and images.
 */
final class ConvolutionPlan {
  private static final long TILE_BYTES = 600 << 10;
  private static final long TOGETHER_BYTES = 512 << 10;
  private static final int MOST_TOGETHER = 16;

  final Convolution layer;

  private final int examples;
  private final @Nullable ConvolutionPlan together;

  /** The examples' input, row-major. */
  final Layout input;

  /** One basis point, row-major. */
  final Layout weights;

  /** The examples' output, row-major. */
  final Layout output;

  final Description convolution;
  final Description inputGradient;
  final Description weightGradient;

  /** Of the row-major output. */
  final Description reluGradient;

  /** Of the output as it leaves pooling. */
  final Description blockedReluGradient;

  /** The weights going forward. */
  final Layout forwardWeights;

  /** The weights for the gradient of the input. */
  final Layout backwardWeights;

  /** The gradient of the weights. */
  final Layout weightGradients;

  /** The examples between convolution and pooling. */
  final Layout convolved;

  /** The examples where the forward pass ends. */
  final Layout pooled;

  /** Null if nothing is pooled. */
  final @Nullable PoolingPlan pooling;

  /** For one example at a time, or as many together as fit into a core's cache. */
  ConvolutionPlan(Convolution layer) {
    this(layer, 1, null);
  }

  /**
   * For some examples.
   *
   * @param single the plan for one, whose layouts of weights this one shall have; null if this is
   *     it
   */
  private ConvolutionPlan(Convolution layer, int examples, @Nullable ConvolutionPlan single) {
    this.layer = layer;
    this.examples = examples;
    input = Layout.plain(examples, layer.inputs(), layer.height(), layer.width());
    weights = Layout.plain(layer.outputs(), layer.inputs(), layer.kernel(), layer.kernel());
    output = Layout.plain(examples, layer.outputs(), layer.outputHeight(), layer.outputWidth());
    Layout any = Layout.any(layer.outputs(), layer.inputs(), layer.kernel(), layer.kernel());
    convolution =
        Description.convolution(
            operands(single == null ? any : single.forwardWeights), epilogue(layer));
    inputGradient =
        Description.convolutionInputGradient(
            operands(single == null ? any : single.backwardWeights), convolution);
    weightGradient =
        Description.convolutionWeightGradient(
            operands(single == null ? any : single.weightGradients), convolution);
    forwardWeights = convolution.layout(DNNL_ARG_WEIGHTS);
    backwardWeights = inputGradient.layout(DNNL_ARG_WEIGHTS);
    weightGradients = weightGradient.layout(DNNL_ARG_DIFF_WEIGHTS);
    convolved = convolution.layout(DNNL_ARG_DST);
    pooling = layer.pool() == 1 ? null : pooling();
    pooled = pooling == null ? convolved : pooling.output();
    reluGradient = Description.reluGradient(output);
    blockedReluGradient = Description.reluGradient(pooled);
    together = single == null ? fittingTogether() : null;
  }

  /** For as many examples as keep what is pooled in the second-level cache; null if it is one. */
  private @Nullable ConvolutionPlan fittingTogether() {
    long fit = Math.min(MOST_TOGETHER, TOGETHER_BYTES / convolved.bytes());
    return fit > 1 ? new ConvolutionPlan(layer, (int) fit, this) : null;
  }

  private ConvolutionOperands operands(Layout weightLayout) {
    return new ConvolutionOperands(
        Layout.any(examples, layer.inputs(), layer.height(), layer.width()),
        weightLayout,
        Layout.plain(layer.outputs()),
        Layout.any(examples, layer.outputs(), layer.convolvedHeight(), layer.convolvedWidth()),
        layer.stride(),
        layer.padding());
  }

  private static Epilogue epilogue(Convolution layer) {
    return layer.activation() == Activation.RELU ? Epilogue.RELU : Epilogue.NONE;
  }

  private PoolingPlan pooling() {
    Pooling pooling =
        new Pooling(
            Pooling.Kind.MAX,
            layer.outputs(),
            layer.convolvedHeight(),
            layer.convolvedWidth(),
            layer.pool());
    return new PoolingPlan(pooling, examples, convolved);
  }

  /**
   * Examples whose weights are mixed at a time: as many as fit into the second-level cache, at most
   * 16.
   */
  int tile() {
    long fit = TILE_BYTES / Math.max(forwardWeights.bytes(), weightGradients.bytes());
    return (int) Math.max(1, Math.min(16, fit));
  }

  /** The input in oneDNN's layout. */
  Layout blockedInput() {
    return convolution.layout(DNNL_ARG_SRC);
  }

  /** Whether the output can stay in oneDNN's layout: it needs no more space there. */
  boolean blocksOutput() {
    return pooled.bytes() == output.bytes() && !pooled.equals(output);
  }

  /** Whether x and dx can both stand in oneDNN's layout. */
  boolean blocksInput() {
    return blockedInput().bytes() == input.bytes()
        && blockedInput().equals(inputGradient.layout(DNNL_ARG_DIFF_SRC));
  }

  /** How many examples it is for. */
  int examples() {
    return examples;
  }

  /** The plan for examples that share their weights. */
  ConvolutionPlan together() {
    return together == null ? this : together;
  }

  /** The plan for one example or for as many as go {@link #together}. */
  ConvolutionPlan of(int count) {
    return count == 1 ? this : together();
  }

  /** Bytes kept of the examples for the way back. */
  long traceBytes() {
    return pooling == null ? 0 : pooling.traceBytes();
  }
}
