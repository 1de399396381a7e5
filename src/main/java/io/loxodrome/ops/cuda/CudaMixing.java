package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.ManifoldCoefficients;
import io.loxodrome.cuda.WeightShape;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.MixingOperators;
import io.loxodrome.ops.Values;
import io.loxodrome.tensor.Tensor;

/** Coefficients, and weights mixed by one kernel each way. */
final class CudaMixing implements MixingOperators {
  private final CudaResources resources;
  private final ManifoldCoefficients coefficients;
  private final WeightMixing weights;

  CudaMixing(CudaResources resources) {
    this.resources = resources;
    this.coefficients = new ManifoldCoefficients(resources.kernels());
    this.weights = new WeightMixing(resources);
  }

  @Override
  public void coefficients(WeightManifold manifold, Tensor s, Tensor coefficients) {
    Values.requireWithin("s", s.toDoubles(), 0, 1);
    this.coefficients.coefficients(
        manifold,
        s.shape().dimension(0),
        CudaMemory.source(s),
        CudaMemory.target(coefficients),
        resources.stream());
  }

  @Override
  public void mix(Tensor coefficients, Tensor basis, Tensor mixed) {
    weights.mix(
        shape(coefficients, basis),
        CudaMemory.source(coefficients),
        CudaMemory.source(basis),
        CudaMemory.target(mixed));
  }

  @Override
  public void mixBackward(Tensor coefficients, Tensor mixedGradient, Tensor basisGradient) {
    weights.mixBackward(
        shape(coefficients, basisGradient),
        CudaMemory.source(coefficients),
        CudaMemory.source(mixedGradient),
        CudaMemory.target(basisGradient));
  }

  private static WeightShape shape(Tensor coefficients, Tensor basis) {
    return new WeightShape(
        coefficients.shape().dimension(0),
        coefficients.shape().dimension(1),
        basis.shape().rowSize());
  }
}
