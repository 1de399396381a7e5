package io.loxodrome.nn;

import io.loxodrome.manifold.WeightManifold;

/**
 * In what form a network is given one conditioning value s as an input.
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

  /** The manifold whose last k coefficients are the encoding. */
  WeightManifold manifold() {
    return WeightManifold.parse(spec);
  }

  /** The k x n matrix that takes the last k of n coefficients. */
  double[] selection() {
    int basisSize = manifold().basisSize();
    double[] selection = new double[size * basisSize];
    for (int row = 0; row < size; row++) {
      selection[row * basisSize + basisSize - size + row] = 1;
    }
    return selection;
  }
}
