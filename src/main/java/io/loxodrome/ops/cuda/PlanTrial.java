package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Elementwise;
import io.loxodrome.cuda.OutOfMemoryException;
import java.util.Arrays;

/** Times a way of applying a layer, forward and backward, on inputs and gradients of ones. */
final class PlanTrial {
  private static final int RUNS = 5;

  private final CudaResources resources;
  private final Elementwise elementwise;

  PlanTrial(CudaResources resources) {
    this.resources = resources;
    this.elementwise = new Elementwise(resources.kernels());
  }

  /**
   * Milliseconds until the device is done: the median of five after one that is not counted;
   * infinite where there is no memory for it.
   *
   * @throws IllegalStateException if work is being noted down
   */
  <L> double milliseconds(L layer, LayerSizes sizes, Parameters parameters, Way<L> way) {
    resources.memory().requireNotRecording("a plan was measured");
    int batch = parameters.batch();
    DeviceMemory memory = resources.memory();
    try (Scratch input = ones(batch * sizes.input());
        Scratch output = memory.floats(batch * sizes.output());
        Scratch trace = memory.scratch(batch * sizes.traceBytes());
        Scratch outputGradient = ones(batch * sizes.output());
        Scratch inputGradient = memory.floats(batch * sizes.input());
        Scratch weightGradient = memory.floats(parameters.basisSize() * sizes.weights())) {
      Activations activations = new Activations(input.address(), output.address(), trace.address());
      Gradients gradients =
          new Gradients(
              outputGradient.address(), inputGradient.address(), weightGradient.address());
      return median(
          () -> {
            way.forward(layer, parameters, activations);
            way.backward(layer, parameters, activations, gradients);
          });
    } catch (OutOfMemoryException e) {
      return Double.POSITIVE_INFINITY; // another plan may have room
    }
  }

  private Scratch ones(long count) {
    Scratch ones = resources.memory().floats(count);
    elementwise.fill(ones.address(), count, 1, resources.stream());
    return ones;
  }

  private double median(Runnable work) {
    work.run();
    double[] times = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      resources.driver().synchronize(resources.stream());
      long start = System.nanoTime();
      work.run();
      resources.driver().synchronize(resources.stream());
      times[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(times);
    return times[RUNS / 2];
  }
}
