package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Elementwise;
import io.loxodrome.ops.ElementwiseOperators;
import io.loxodrome.tensor.Tensor;

/** One kernel an operator, and the driver's own copy. */
final class CudaElementwise implements ElementwiseOperators {
  private final CudaResources resources;
  private final Elementwise kernels;

  CudaElementwise(CudaResources resources) {
    this.resources = resources;
    this.kernels = new Elementwise(resources.kernels());
  }

  @Override
  public void fill(Tensor x, double value) {
    kernels.fill(CudaMemory.target(x), x.size(), value, resources.stream());
  }

  @Override
  public void copy(Tensor x, Tensor y) {
    if (x.size() > 0 && x.memory() != y.memory()) {
      resources
          .driver()
          .copy(
              CudaMemory.source(x),
              CudaMemory.target(y),
              x.size() * Float.BYTES,
              resources.stream());
    }
  }

  @Override
  public void addScaled(Tensor y, double factor, Tensor x) {
    kernels.addScaled(
        CudaMemory.target(y), factor, CudaMemory.source(x), y.size(), resources.stream());
  }

  @Override
  public void relu(Tensor x, Tensor y) {
    kernels.relu(CudaMemory.source(x), CudaMemory.target(y), x.size(), resources.stream());
  }

  @Override
  public void reluBackward(Tensor y, Tensor outputGradient, Tensor inputGradient) {
    kernels.reluBackward(
        CudaMemory.source(y),
        CudaMemory.source(outputGradient),
        CudaMemory.target(inputGradient),
        y.size(),
        resources.stream());
  }
}
