package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The plans of bare convolutions, without activation and pooling, each described once. */
final class ConvolutionPlans {
  private final Workers workers;
  private final Map<Convolution, ConvolutionPlan> plans = new ConcurrentHashMap<>();

  ConvolutionPlans(Workers workers) {
    this.workers = workers;
  }

  /** The convolution of {@code layer} with other numbers of channels. */
  ConvolutionPlan bare(Convolution layer, int inputs, int outputs) {
    Convolution bare =
        new Convolution(
            inputs,
            outputs,
            layer.height(),
            layer.width(),
            layer.kernel(),
            layer.stride(),
            layer.padding(),
            Activation.NONE,
            1);
    return plans.computeIfAbsent(bare, key -> workers.onFirst(() -> new ConvolutionPlan(key)));
  }
}
