package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Storage;
import io.loxodrome.cuda.WeightMix;
import io.loxodrome.cuda.WeightShape;

/** {@link WeightMix} with the memory that it works in. */
final class WeightMixing {
  private final CudaResources resources;
  private final WeightMix kernels;

  WeightMixing(CudaResources resources) {
    this.resources = resources;
    this.kernels = new WeightMix(resources.kernels());
  }

  /** W_i = sum_k a_ik P_k, all by address. */
  void mix(WeightShape shape, long coefficients, long basis, long weights) {
    kernels.mix(shape, Storage.FLOAT32, coefficients, basis, weights, resources.stream());
  }

  /** dP_k = sum_i a_ik dW_i, all by address. */
  void mixBackward(WeightShape shape, long coefficients, long weightGradient, long basisGradient) {
    try (Scratch workspace = resources.memory().scratch(kernels.mixBackwardWorkspaceBytes(shape))) {
      kernels.mixBackward(
          shape,
          Storage.FLOAT32,
          coefficients,
          weightGradient,
          basisGradient,
          workspace.address(),
          resources.stream());
    }
  }
}
