package io.loxodrome.ops.cuda;

import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Gradients of an empty batch. */
final class Zeros {
  private Zeros() {}

  /** Writes zeros to the gradients, if somebody needs them. */
  static void write(CudaResources resources, @Nullable MixtureGradients gradients) {
    if (gradients != null) {
      write(resources, gradients.weights());
      write(resources, gradients.bias());
    }
  }

  private static void write(CudaResources resources, Tensor tensor) {
    if (tensor.size() > 0) {
      resources
          .driver()
          .fill(
              CudaMemory.target(tensor), (byte) 0, tensor.size() * Float.BYTES, resources.stream());
    }
  }
}
