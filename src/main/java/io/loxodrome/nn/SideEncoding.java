package io.loxodrome.nn;

import io.loxodrome.manifold.Product;
import io.loxodrome.manifold.WeightManifold;

/**
 * In what form a network is given conditioning values s as an input.
 *
 * <p>Each form is a linear function of the coefficients of a manifold, which any device computes
 * without the host.
 */
public enum SideEncoding {
  /** s as it is: 0 and 1 are far apart, even where s is an angle. */
  VALUE("line", 1),
  /** (cos 2 pi s, sin 2 pi s): 0 and 1 are the same place. */
  CIRCLE("ellipse", 2);

  private final String spec;
  private final int size;

  SideEncoding(String spec, int size) {
    this.spec = spec;
    this.size = size;
  }

  /** How many numbers stand for one s: k. */
  public int size() {
    return size;
  }

  /**
   * The manifold of which the encoding of {@code values} conditioning values is a linear function:
   * that of one, times itself.
   */
  WeightManifold manifold(int values) {
    WeightManifold manifold = one();
    for (int value = 1; value < values; value++) {
      manifold = new Product(manifold, one());
    }
    return manifold;
  }

  private WeightManifold one() {
    return WeightManifold.parse(spec);
  }

  /**
   * The matrix that makes the encodings out of n coefficients, k rows for each value. Of the factor
   * of that value it takes the last k coefficients; those of the others it sums up to 1, as initial
   * weights do.
   */
  double[] selection(int values) {
    int each = one().basisSize();
    double[] weights = one().initialWeights();
    int basisSize = manifold(values).basisSize();
    double[] selection = new double[values * size * basisSize];
    for (int row = 0; row < values * size; row++) {
      for (int k = 0; k < basisSize; k++) {
        double entry = 1;
        int rest = k;
        for (int value = values - 1; value >= 0; value--) {
          int own = rest % each;
          rest /= each;
          boolean taken = own == each - size + row % size;
          entry *= value == row / size ? (taken ? 1 : 0) : weights[own];
        }
        selection[row * basisSize + k] = entry;
      }
    }
    return selection;
  }
}
