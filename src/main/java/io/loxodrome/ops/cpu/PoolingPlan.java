package io.loxodrome.ops.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_exclude_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_max;

import io.loxodrome.ops.Pooling;

/** oneDNN's descriptions of pooling one example that lies in a given layout. */
final class PoolingPlan {
  final Pooling layer;
  final Description forward;
  final Description backward;

  PoolingPlan(Pooling layer, Layout input) {
    this.layer = layer;
    int algorithm =
        layer.kind() == Pooling.Kind.MAX ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
    Layout any =
        Layout.any(
            1, layer.channels(), layer.height() / layer.window(), layer.width() / layer.window());
    forward = Description.pooling(algorithm, input, any, layer.window());
    backward = Description.poolingGradient(algorithm, input, output(), layer.window(), forward);
  }

  /** The layout of what is pooled. */
  Layout output() {
    return forward.layout(DNNL_ARG_DST);
  }

  /** One example's output, row-major. */
  Layout plainOutput() {
    return Layout.plain(
        1, layer.channels(), layer.height() / layer.window(), layer.width() / layer.window());
  }

  /** Bytes of one example's row-major input. */
  long inputBytes() {
    return layer.inputShape(1).size() * Float.BYTES;
  }

  /** Bytes of one example's row-major output. */
  long outputBytes() {
    return layer.outputShape(1).size() * Float.BYTES;
  }

  boolean keepsTrace() {
    return layer.kind() == Pooling.Kind.MAX;
  }

  /** Bytes kept of one example for the way back: which element each window chose. */
  long traceBytes() {
    return keepsTrace() ? forward.layout(DNNL_ARG_WORKSPACE).bytes() : 0;
  }
}
