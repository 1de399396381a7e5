package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;

/**
 * What Loxodrome's training step has in memory.
 *
 * @param peak the most at any time, data and optimiser included, in bytes
 * @param parameters one copy of all basis points, in bytes; there are three: values, gradients and
 *     velocities
 * @param activations what a forward pass leaves for the way back, in bytes
 */
record StepMemory(long peak, long parameters, long activations) {
  private static final int STEPS = 3;

  /** Takes a few steps on a device of their own. */
  static StepMemory measure(String device, WeightManifold manifold, Batch batch) {
    try (Device fresh = Device.open(device);
        PaperCnnStep step = new PaperCnnStep(fresh, manifold, batch)) {
      for (int i = 0; i < STEPS; i++) {
        step.run();
      }
      long peak = fresh.peakBytes();
      return new StepMemory(peak, step.parameterBytes(), step.activationBytes());
    }
  }
}
