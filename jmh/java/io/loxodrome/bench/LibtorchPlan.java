package io.loxodrome.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * How the peer applies W(s_i) = sum_k a_ik P_k: the ways that a program in libtorch's own operators
 * has, all exact. Parameters are kept through all steps as a plan multiplies with them.
 */
enum LibtorchPlan {
  /** One set of weights for all examples: a network without a manifold, n = 1. */
  PLAIN {
    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException unless n is 1
     */
    @Override
    NDArray weights(NDArray basis) {
      long n = basis.getShape().get(0);
      if (n != 1) {
        throw new IllegalArgumentException("a plain network has n = 1, not " + n);
      }
      return basis.squeeze(0);
    }

    @Override
    NDArray bias(NDArray basis) {
      return basis.squeeze(0);
    }

    @Override
    NDArray apply(
        LibtorchProduct product, NDArray coefficients, NDArray x, NDArray weights, NDArray bias) {
      return product.shared(x, weights, bias);
    }
  },
  /**
   * One product with n O stacked outputs, then mixed: the paper's way. The mixture of an example is
   * a product with its 1 x n coefficients, as fast as a scaled sum and with less memory.
   */
  OUTPUTS {
    @Override
    NDArray weights(NDArray basis) {
      Shape shape = basis.getShape();
      return basis.reshape(new Shape(shape.get(0) * shape.get(1)).addAll(shape.slice(2)));
    }

    @Override
    NDArray bias(NDArray basis) {
      return basis.flatten();
    }

    @Override
    NDArray apply(
        LibtorchProduct product, NDArray coefficients, NDArray x, NDArray weights, NDArray bias) {
      NDArray outputs = product.shared(x, weights, bias);
      Shape stacked = outputs.getShape();
      long batch = stacked.get(0);
      long n = coefficients.getShape().get(1);
      return coefficients
          .expandDims(1)
          .batchMatMul(outputs.reshape(batch, n, -1))
          .reshape(new Shape(batch, stacked.get(1) / n).addAll(stacked.slice(2)));
    }
  },
  /** The inputs scaled by each coefficient and stacked, then one product with n I inputs. */
  INPUTS {
    @Override
    NDArray weights(NDArray basis) {
      Shape shape = basis.getShape();
      return basis
          .swapAxes(0, 1)
          .reshape(new Shape(shape.get(1), shape.get(0) * shape.get(2)).addAll(shape.slice(3)));
    }

    @Override
    NDArray bias(NDArray basis) {
      return basis;
    }

    @Override
    NDArray apply(
        LibtorchProduct product, NDArray coefficients, NDArray x, NDArray weights, NDArray bias) {
      Shape shape = x.getShape();
      long batch = shape.get(0);
      long n = coefficients.getShape().get(1);
      NDArray inputs =
          coefficients
              .expandDims(2)
              .mul(x.reshape(batch, 1, -1))
              .reshape(new Shape(batch, n * shape.get(1)).addAll(shape.slice(2)));
      return product.biased(product.shared(inputs, weights, null), coefficients.matMul(bias));
    }
  },
  /**
   * W(s_i) of each example, then one grouped product with the examples as its groups. For
   * convolutions; a linear layer of 2048 x 512 takes a whole step four times as long this way as by
   * OUTPUTS or INPUTS, which take it equally long.
   */
  GROUPED {
    @Override
    NDArray weights(NDArray basis) {
      return basis;
    }

    @Override
    NDArray bias(NDArray basis) {
      return basis;
    }

    @Override
    NDArray apply(
        LibtorchProduct product, NDArray coefficients, NDArray x, NDArray weights, NDArray bias) {
      Shape shape = weights.getShape();
      NDArray ofEach =
          coefficients
              .matMul(weights.reshape(shape.get(0), -1))
              .reshape(new Shape(x.getShape().get(0)).addAll(shape.slice(1)));
      return product.ofEach(x, ofEach, coefficients.matMul(bias));
    }
  };

  /**
   * A layer's weights as this plan multiplies with them.
   *
   * @param basis P, n x O x the rest
   */
  abstract NDArray weights(NDArray basis);

  /**
   * A layer's bias as this plan adds it.
   *
   * @param basis b, n x O
   */
  abstract NDArray bias(NDArray basis);

  /**
   * sum_k a_ik (P_k x_i + b_k), before the activation.
   *
   * @param coefficients a, B x n
   * @param weights as {@link #weights} made them
   * @param bias as {@link #bias} made it
   */
  abstract NDArray apply(
      LibtorchProduct product, NDArray coefficients, NDArray x, NDArray weights, NDArray bias);
}
