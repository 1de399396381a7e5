package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.WindowPooling;
import io.loxodrome.ops.Pooling;
import io.loxodrome.ops.PoolingOperators;
import io.loxodrome.tensor.Tensor;

/** Pooling by kernels of our own, which agree with the reference on ties and NaN. */
final class CudaPooling implements PoolingOperators {
  private final CudaResources resources;
  private final WindowPooling kernels;

  CudaPooling(CudaResources resources) {
    this.resources = resources;
    this.kernels = new WindowPooling(resources.kernels());
  }

  @Override
  public void forward(Pooling layer, Tensor input, Tensor output) {
    WindowPooling.Shape shape = shape(layer, input);
    long x = CudaMemory.source(input);
    long y = CudaMemory.target(output);
    switch (layer.kind()) {
      case MAX -> kernels.maximum(shape, x, y, resources.stream());
      case AVERAGE -> kernels.average(shape, x, y, resources.stream());
    }
  }

  @Override
  public void backward(Pooling layer, Tensor input, Tensor outputGradient, Tensor inputGradient) {
    WindowPooling.Shape shape = shape(layer, input);
    long x = CudaMemory.source(input);
    long dy = CudaMemory.source(outputGradient);
    long dx = CudaMemory.target(inputGradient);
    switch (layer.kind()) {
      case MAX -> kernels.maximumBackward(shape, x, dy, dx, resources.stream());
      case AVERAGE -> kernels.averageBackward(shape, dy, dx, resources.stream());
    }
  }

  private static WindowPooling.Shape shape(Pooling layer, Tensor input) {
    long planes = (long) input.shape().dimension(0) * layer.channels();
    return new WindowPooling.Shape(planes, layer.height(), layer.width(), layer.window());
  }
}
