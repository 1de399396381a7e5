package io.loxodrome.ops.cpu;

import io.loxodrome.ops.MixtureGradients;

/** Gradients of an empty batch, or of one whose examples are still to be added. */
final class Zeros {
  private Zeros() {}

  static void write(Workers workers, MixtureGradients gradients) {
    CpuElementwise elementwise = new CpuElementwise(workers);
    elementwise.fill(gradients.weights(), 0);
    elementwise.fill(gradients.bias(), 0);
  }
}
