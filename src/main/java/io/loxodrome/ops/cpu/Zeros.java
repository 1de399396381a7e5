package io.loxodrome.ops.cpu;

import io.loxodrome.ops.MixtureGradients;
import org.jspecify.annotations.Nullable;

/** Gradients of an empty batch, or of one whose examples are still to be added. */
final class Zeros {
  private Zeros() {}

  /** Writes zeros to the gradients, if somebody needs them. */
  static void write(Workers workers, @Nullable MixtureGradients gradients) {
    if (gradients == null) {
      return;
    }
    CpuElementwise elementwise = new CpuElementwise(workers);
    elementwise.fill(gradients.weights(), 0);
    elementwise.fill(gradients.bias(), 0);
  }
}
