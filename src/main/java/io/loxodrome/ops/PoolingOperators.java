package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;

/** Pooling on its own; behind a convolution it is part of {@link ConvolutionOperators}. */
public interface PoolingOperators {
  /**
   * y = the maximum or the mean of each window of x.
   *
   * @param input x, B x channels x height x width
   * @param output y, written
   */
  void forward(Pooling layer, Tensor input, Tensor output);

  /**
   * dL/dx from dL/dy; a tied maximum gives its gradient to the first element in row order.
   *
   * @param input x as in forward
   * @param outputGradient dL/dy
   * @param inputGradient dL/dx, written
   */
  void backward(Pooling layer, Tensor input, Tensor outputGradient, Tensor inputGradient);
}
