package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Elementwise;
import io.loxodrome.cuda.OutOfMemoryException;
import io.loxodrome.ops.Trial;

/** Times a way of applying a layer, forward and backward, on inputs and gradients of ones. */
final class PlanTrial {
  private final CudaResources resources;
  private final Elementwise elementwise;

  PlanTrial(CudaResources resources) {
    this.resources = resources;
    this.elementwise = new Elementwise(resources.kernels());
  }

  /**
   * Milliseconds until the device is done; infinite where there is no memory for it.
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
      return Trial.milliseconds(
          () -> {
            way.forward(layer, parameters, activations);
            way.backward(layer, parameters, activations, gradients);
          },
          () -> resources.driver().synchronize(resources.stream()));
    } catch (OutOfMemoryException e) {
      return Double.POSITIVE_INFINITY; // another plan may have room
    }
  }

  private Scratch ones(long count) {
    Scratch ones = resources.memory().floats(count);
    elementwise.fill(ones.address(), count, 1, resources.stream());
    return ones;
  }
}
