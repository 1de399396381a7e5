package io.loxodrome.ops;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** Checks the operands of mixing. */
final class CheckedMixing implements MixingOperators {
  private final Operands operands;
  private final MixingOperators unchecked;

  CheckedMixing(Operands operands, MixingOperators unchecked) {
    this.operands = operands;
    this.unchecked = unchecked;
  }

  @Override
  public void coefficients(WeightManifold manifold, Tensor s, Tensor coefficients) {
    operands.requireReal("s", s);
    int batch = Shapes.rows("s", s);
    Shapes.require("s", s, Shape.of(batch, manifold.dimensions()));
    operands.requireReal("coefficients", coefficients, Shape.of(batch, manifold.basisSize()));
    unchecked.coefficients(manifold, s, coefficients);
  }

  @Override
  public void mix(Tensor coefficients, Tensor basis, Tensor mixed) {
    requireMixture(coefficients, "basis", basis, "mixed", mixed);
    unchecked.mix(coefficients, basis, mixed);
  }

  @Override
  public void mixBackward(Tensor coefficients, Tensor mixedGradient, Tensor basisGradient) {
    requireMixture(coefficients, "basisGradient", basisGradient, "mixedGradient", mixedGradient);
    unchecked.mixBackward(coefficients, mixedGradient, basisGradient);
  }

  private void requireMixture(
      Tensor coefficients, String basisName, Tensor basis, String mixedName, Tensor mixed) {
    operands.requireReal("coefficients", coefficients);
    Shapes.requireRank("coefficients", coefficients, 2);
    operands.requireReal(basisName, basis);
    Shapes.requireRows(basisName, basis, coefficients.shape().dimension(1));
    int batch = coefficients.shape().dimension(0);
    operands.requireReal(mixedName, mixed, Shapes.withRows(basis.shape(), batch));
  }
}
