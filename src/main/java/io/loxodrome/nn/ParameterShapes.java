package io.loxodrome.nn;

import io.loxodrome.ops.Shapes;
import io.loxodrome.tensor.Shape;

/** The checks that layers make of their parameters. */
final class ParameterShapes {
  private ParameterShapes() {}

  /** Refuses weights and bias of other shapes per basis point, or on different manifolds. */
  static void require(Parameter weights, Shape weightShape, Parameter bias, Shape biasShape) {
    if (!weights.manifold().equals(bias.manifold())) {
      throw new IllegalArgumentException(weights + " and " + bias + " lie on different manifolds");
    }
    int basisSize = weights.manifold().basisSize();
    Shapes.require(weights.name(), weights.basis(), weightShape.under(basisSize));
    Shapes.require(bias.name(), bias.basis(), biasShape.under(basisSize));
  }
}
