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

  /** The first copy from x, then what is there already behind itself, twice as much each time. */
  @Override
  public void repeat(Tensor x, Tensor y) {
    if (y.size() == 0) {
      return;
    }
    long source = CudaMemory.source(x);
    long target = CudaMemory.target(y);
    long bytes = y.size() * Float.BYTES;
    long done = x.size() * Float.BYTES;
    resources.driver().copy(source, target, done, resources.stream());
    while (done < bytes) {
      long more = Math.min(done, bytes - done);
      resources.driver().copy(target, target + done, more, resources.stream());
      done += more;
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
