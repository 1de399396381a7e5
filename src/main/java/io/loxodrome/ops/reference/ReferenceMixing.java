package io.loxodrome.ops.reference;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.MixingOperators;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;

/** Mixing as it is written down. */
final class ReferenceMixing implements MixingOperators {
  @Override
  public void coefficients(WeightManifold manifold, Tensor s, Tensor coefficients) {
    int dimensions = manifold.dimensions();
    double[] points = s.toDoubles();
    Table a = Table.zerosLike(coefficients);
    double[] row = new double[manifold.basisSize()];
    for (int i = 0; i < a.rows(); i++) {
      manifold.coefficients(Arrays.copyOfRange(points, i * dimensions, (i + 1) * dimensions), row);
      for (int k = 0; k < a.columns(); k++) {
        a.set(i, k, row[k]);
      }
    }
    a.storeIn(coefficients);
  }

  @Override
  public void mix(Tensor coefficients, Tensor basis, Tensor mixed) {
    Table a = Table.copyOf(coefficients);
    Table p = Table.copyOf(basis);
    Table w = Table.zerosLike(mixed);
    for (int i = 0; i < w.rows(); i++) {
      for (int c = 0; c < w.columns(); c++) {
        for (int k = 0; k < p.rows(); k++) {
          w.add(i, c, a.at(i, k) * p.at(k, c));
        }
      }
    }
    w.storeIn(mixed);
  }

  @Override
  public void mixBackward(Tensor coefficients, Tensor mixedGradient, Tensor basisGradient) {
    Table a = Table.copyOf(coefficients);
    Table dw = Table.copyOf(mixedGradient);
    Table dp = Table.zerosLike(basisGradient);
    for (int k = 0; k < dp.rows(); k++) {
      for (int c = 0; c < dp.columns(); c++) {
        for (int i = 0; i < dw.rows(); i++) {
          dp.add(k, c, a.at(i, k) * dw.at(i, c));
        }
      }
    }
    dp.storeIn(basisGradient);
  }
}
