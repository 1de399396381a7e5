package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Parameter;

/**
 * A manifold in coordinates in which its metric is the identity, for a peer that knows no metric:
 * with G = R^T R the basis points are R P and the coefficients R^-T a(s).
 *
 * <p>The curve is the same one, and a step of plain SGD on R P moves it as SGD with G^-1 moves it
 * on P: the metric costs such a peer nothing.
 */
final class WhitenedManifold {
  private final WeightManifold manifold;
  private final double[][] whitening;
  private final double[][] inverse;

  WhitenedManifold(WeightManifold manifold) {
    this.manifold = manifold;
    this.whitening = manifold.gram().whitening();
    this.inverse = manifold.gram().whiteningInverse();
  }

  /** R P, row-major. */
  float[] basis(Parameter parameter) {
    float[] basis = parameter.basis().toFloats();
    int n = manifold.basisSize();
    int p = basis.length / n;
    float[] whitened = new float[basis.length];
    for (int k = 0; k < n; k++) {
      for (int j = 0; j < p; j++) {
        double sum = 0;
        for (int l = k; l < n; l++) {
          sum += whitening[k][l] * basis[l * p + j];
        }
        whitened[k * p + j] = (float) sum;
      }
    }
    return whitened;
  }

  /** R^-T a(s_i) for each example, B x n. */
  float[][] coefficients(Batch batch) {
    int d = manifold.dimensions();
    int n = manifold.basisSize();
    double[] places = batch.places(d);
    float[][] rows = new float[batch.size()][n];
    double[] s = new double[d];
    double[] a = new double[n];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(places, i * d, s, 0, d);
      manifold.coefficients(s, a);
      for (int k = 0; k < n; k++) {
        double sum = 0;
        for (int l = 0; l <= k; l++) {
          sum += a[l] * inverse[l][k];
        }
        rows[i][k] = (float) sum;
      }
    }
    return rows;
  }
}
