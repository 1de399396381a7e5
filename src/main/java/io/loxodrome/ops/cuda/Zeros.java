package io.loxodrome.ops.cuda;

import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Tensor;

/** Gradients of an empty batch. */
final class Zeros {
  private Zeros() {}

  static void write(CudaResources resources, MixtureGradients gradients) {
    write(resources, gradients.weights());
    write(resources, gradients.bias());
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
