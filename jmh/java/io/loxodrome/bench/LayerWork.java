package io.loxodrome.bench;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Mixture;
import io.loxodrome.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The least there is to do in a layer on a manifold: the products of a plain one, all n basis
 * points and their gradients moved once.
 *
 * @param forward y from x
 * @param backward the gradients of x and of the basis points
 * @param backwardOfFirst those of the basis points alone: nobody asks for that of the images
 */
record LayerWork(Work forward, Work backward, Work backwardOfFirst) {
  static LayerWork of(Convolution layer, int basisSize, int batch) {
    long positions = (long) layer.convolvedHeight() * layer.convolvedWidth();
    return of(
        2.0 * batch * positions * layer.weightShape().size(),
        layer.inputShape(batch),
        layer.weightShape().under(basisSize),
        layer.outputShape(batch));
  }

  static LayerWork of(Linear layer, int basisSize, int batch) {
    return of(
        2.0 * batch * layer.weightShape().size(),
        layer.inputShape(batch),
        layer.weightShape().under(basisSize),
        layer.outputShape(batch));
  }

  private static LayerWork of(double product, Shape input, Shape weights, Shape output) {
    return new LayerWork(
        Work.of(product, input, weights, output),
        Work.of(2 * product, input, input, weights, weights, output, output),
        Work.of(product, input, weights, output, output));
  }

  /**
   * The work of a call of a layer's operator; null of any other call.
   *
   * @param operator forward or backward
   * @param arguments the layer, its parameters, and what the operator takes besides
   */
  static @Nullable Work ofCall(String operator, Object[] arguments) {
    if (arguments.length < 2 || !(arguments[1] instanceof Mixture parameters)) {
      return null;
    }
    int n = parameters.basisSize();
    int batch = parameters.batch();
    LayerWork layer;
    if (arguments[0] instanceof Convolution convolution) {
      layer = of(convolution, n, batch);
    } else if (arguments[0] instanceof Linear linear) {
      layer = of(linear, n, batch);
    } else {
      return null;
    }
    if (operator.equals("forward")) {
      return layer.forward;
    }
    // The gradient of the input, null if nobody asks for it, stands before those of the parameters.
    return arguments[arguments.length - 2] == null ? layer.backwardOfFirst : layer.backward;
  }
}
