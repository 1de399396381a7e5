package io.loxodrome.ops;

import io.loxodrome.manifold.Gram;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** Checks the operands of the metric and the optimisers' steps. */
final class CheckedUpdate implements UpdateOperators {
  private final Operands operands;
  private final UpdateOperators unchecked;

  CheckedUpdate(Operands operands, UpdateOperators unchecked) {
    this.operands = operands;
    this.unchecked = unchecked;
  }

  @Override
  public void solve(Gram gram, Tensor gradient) {
    requireRows(gram, "gradient", gradient);
    unchecked.solve(gram, gradient);
  }

  @Override
  public double squaredNorm(Gram gram, Tensor gradient) {
    requireRows(gram, "gradient", gradient);
    return unchecked.squaredNorm(gram, gradient);
  }

  @Override
  public void addProduct(Tensor gradient, double factor, Tensor c, Tensor basis) {
    operands.requireReal("c", c);
    Shapes.requireRank("c", c, 2);
    int n = c.shape().dimension(0);
    Shapes.require("c", c, Shape.of(n, n));
    operands.requireReal("basis", basis);
    int rows = Shapes.rows("basis", basis);
    if (n == 0 ? rows != 0 : rows % n != 0) {
      throw new IllegalArgumentException(
          "basis has shape %s, expected rows that are a multiple of the %d of c"
              .formatted(basis.shape(), n));
    }
    operands.requireReal("gradient", gradient, basis.shape());
    unchecked.addProduct(gradient, factor, c, basis);
  }

  @Override
  public void sgd(SgdStep step, Gram gram, Tensor basis, Tensor gradient, Tensor velocity) {
    Shape shape = requireRows(gram, "basis", basis);
    operands.requireReal("gradient", gradient, shape);
    operands.requireReal("velocity", velocity, shape);
    unchecked.sgd(step, gram, basis, gradient, velocity);
  }

  @Override
  public void adam(
      AdamStep step, Gram gram, Tensor basis, Tensor gradient, Tensor first, Tensor second) {
    Shape shape = requireRows(gram, "basis", basis);
    operands.requireReal("gradient", gradient, shape);
    operands.requireReal("first", first, shape);
    operands.requireReal("second", second, shape);
    unchecked.adam(step, gram, basis, gradient, first, second);
  }

  private Shape requireRows(Gram gram, String name, Tensor tensor) {
    operands.requireReal(name, tensor);
    Shapes.requireRows(name, tensor, gram.size());
    return tensor.shape();
  }
}
