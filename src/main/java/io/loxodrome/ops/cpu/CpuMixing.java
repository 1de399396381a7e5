package io.loxodrome.ops.cpu;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.MixingOperators;
import io.loxodrome.ops.cpu.Description.Epilogue;
import io.loxodrome.tensor.Tensor;

/** Mixtures as matrix products, W = A P and dP = A^T dW. */
final class CpuMixing implements MixingOperators {
  private final Workers workers;

  CpuMixing(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void coefficients(WeightManifold manifold, Tensor s, Tensor coefficients) {
    int d = manifold.dimensions();
    int n = manifold.basisSize();
    double[] values = s.toDoubles();
    double[] all = new double[coefficients.shape().dimension(0) * n];
    double[] a = new double[n];
    double[] one = new double[d];
    for (int i = 0; i * n < all.length; i++) {
      System.arraycopy(values, i * d, one, 0, d);
      manifold.coefficients(one, a);
      System.arraycopy(a, 0, all, i * n, n);
    }
    coefficients.write(all);
  }

  @Override
  public void mix(Tensor coefficients, Tensor basis, Tensor mixed) {
    int batch = coefficients.shape().dimension(0);
    int n = coefficients.shape().dimension(1);
    int columns = Math.toIntExact(basis.shape().rowSize());
    Product.mixture(batch, n, columns)
        .runByColumns(
            workers,
            NativeMemory.floats("coefficients", coefficients).address(),
            NativeMemory.floats("basis", basis).address(),
            NativeMemory.floats("mixed", mixed).address());
  }

  @Override
  public void mixBackward(Tensor coefficients, Tensor mixedGradient, Tensor basisGradient) {
    int batch = coefficients.shape().dimension(0);
    int n = coefficients.shape().dimension(1);
    int columns = Math.toIntExact(mixedGradient.shape().rowSize());
    Product.spread(batch, n, columns, Epilogue.NONE)
        .runByColumns(
            workers,
            NativeMemory.floats("coefficients", coefficients).address(),
            NativeMemory.floats("mixedGradient", mixedGradient).address(),
            NativeMemory.floats("basisGradient", basisGradient).address());
  }
}
