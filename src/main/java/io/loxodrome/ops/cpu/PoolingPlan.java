package io.loxodrome.ops.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_exclude_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_max;

import io.loxodrome.ops.Pooling;

/** oneDNN's descriptions of pooling some examples that lie in a given layout. */
final class PoolingPlan {
  final Pooling layer;

  /** The examples' input, in the layout it was given in. */
  final Layout input;

  /** The examples' output, row-major. */
  final Layout plainOutput;

  final Description forward;
  final Description backward;
  private final Layout output;
  private final long traceBytes;

  PoolingPlan(Pooling layer, int examples, Layout input) {
    this.layer = layer;
    int algorithm =
        layer.kind() == Pooling.Kind.MAX ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
    this.input = input;
    int height = layer.height() / layer.window();
    int width = layer.width() / layer.window();
    plainOutput = Layout.plain(examples, layer.channels(), height, width);
    forward =
        Description.pooling(
            algorithm,
            input,
            Layout.any(examples, layer.channels(), height, width),
            layer.window());
    output = forward.layout(DNNL_ARG_DST);
    backward = Description.poolingGradient(algorithm, input, output, layer.window(), forward);
    traceBytes = keepsTrace() ? forward.layout(DNNL_ARG_WORKSPACE).bytes() : 0;
  }

  /** The layout of what is pooled. */
  Layout output() {
    return output;
  }

  boolean keepsTrace() {
    return layer.kind() == Pooling.Kind.MAX;
  }

  /** Bytes kept of the examples for the way back: which element each window chose. */
  long traceBytes() {
    return traceBytes;
  }
}
