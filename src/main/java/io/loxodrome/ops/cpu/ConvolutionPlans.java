package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The plans of convolutions, each described once. */
final class ConvolutionPlans {
  private final Workers workers;
  private final Map<Convolution, ConvolutionPlan> plans = new ConcurrentHashMap<>();

  ConvolutionPlans(Workers workers) {
    this.workers = workers;
  }

  ConvolutionPlan of(Convolution layer) {
    return plans.computeIfAbsent(layer, key -> workers.onFirst(() -> new ConvolutionPlan(key)));
  }

  /** {@code layer} with other numbers of channels, without activation and pooling. */
  ConvolutionPlan bare(Convolution layer, int inputs, int outputs) {
    return of(
        new Convolution(
            inputs,
            outputs,
            layer.height(),
            layer.width(),
            layer.kernel(),
            layer.stride(),
            layer.padding(),
            Activation.NONE,
            1));
  }
}
