package io.loxodrome.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import org.jspecify.annotations.Nullable;

/** What a layer of the paper's network multiplies with, in libtorch's operators. */
enum LibtorchProduct {
  /** Kernel 3, the image's size kept; weights O x I x 3 x 3, images B x I x height x width. */
  CONVOLUTION {
    @Override
    NDArray shared(NDArray x, NDArray weights, @Nullable NDArray bias) {
      return Conv2d.conv2d(x, weights, bias, UNIT, PADDING).singletonOrThrow();
    }

    /** One convolution with the examples as its groups. */
    @Override
    NDArray ofEach(NDArray x, NDArray weights, NDArray bias) {
      Shape images = x.getShape();
      Shape filters = weights.getShape();
      int batch = Math.toIntExact(images.get(0));
      long height = images.get(2);
      long width = images.get(3);
      return Conv2d.conv2d(
              x.reshape(1, batch * images.get(1), height, width),
              weights.reshape(new Shape(batch * filters.get(1)).addAll(filters.slice(2))),
              bias.flatten(),
              UNIT,
              PADDING,
              UNIT,
              batch)
          .singletonOrThrow()
          .reshape(batch, filters.get(1), height, width);
    }

    @Override
    NDArray biased(NDArray y, NDArray bias) {
      return y.add(bias.expandDims(2).expandDims(3));
    }
  },
  /** Weights O x I, inputs B x I. */
  LINEAR {
    @Override
    NDArray shared(NDArray x, NDArray weights, @Nullable NDArray bias) {
      return Linear.linear(x, weights, bias).singletonOrThrow();
    }

    @Override
    NDArray ofEach(NDArray x, NDArray weights, NDArray bias) {
      return biased(weights.batchMatMul(x.expandDims(2)).squeeze(2), bias);
    }

    @Override
    NDArray biased(NDArray y, NDArray bias) {
      return y.add(bias);
    }
  };

  private static final Shape UNIT = new Shape(1, 1);
  private static final Shape PADDING = new Shape(1, 1);

  /** The product with the same weights for all examples. */
  abstract NDArray shared(NDArray x, NDArray weights, @Nullable NDArray bias);

  /**
   * The product with weights of its own for each example.
   *
   * @param weights B x the weights' shape
   * @param bias B x O
   */
  abstract NDArray ofEach(NDArray x, NDArray weights, NDArray bias);

  /**
   * A product with a bias of its own for each example.
   *
   * @param y B x O x the rest
   * @param bias B x O
   */
  abstract NDArray biased(NDArray y, NDArray bias);
}
