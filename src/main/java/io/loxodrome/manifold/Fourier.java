package io.loxodrome.manifold;

import java.util.Arrays;

/**
 * A closed curve, a(s) = (1, cos 2 pi s, sin 2 pi s, ..., cos 2 pi m s, sin 2 pi m s); order m = 1
 * is the ellipse. G = diag(1, 1/2, ..., 1/2), n = 2 m + 1.
 *
 * @param order m, at least 1
 */
public record Fourier(int order) implements WeightManifold {
  private static final int HIGHEST_ORDER = (MAXIMUM_BASIS_SIZE - 1) / 2;

  /**
   * Creates the curve of the given order.
   *
   * @throws IllegalArgumentException if the order is below 1 or gives more than {@link
   *     #MAXIMUM_BASIS_SIZE} basis points
   */
  public Fourier {
    Check.range("the order of fourier", order, 1, HIGHEST_ORDER, "");
  }

  @Override
  public String spec() {
    return order == 1 ? "ellipse" : "fourier:" + order;
  }

  @Override
  public int basisSize() {
    return 2 * order + 1;
  }

  @Override
  public int dimensions() {
    return 1;
  }

  @Override
  public boolean periodic(int dimension) {
    Check.dimension(this, dimension);
    return true;
  }

  @Override
  public void coefficients(double[] s, double[] a) {
    Check.coefficients(this, s, a);
    a[0] = 1;
    for (int j = 1; j <= order; j++) {
      double angle = angle(j * s[0]);
      a[2 * j - 1] = Math.cos(angle);
      a[2 * j] = Math.sin(angle);
    }
  }

  @Override
  public void derivatives(double[] s, double[][] da) {
    Check.derivatives(this, s, da);
    da[0][0] = 0;
    for (int j = 1; j <= order; j++) {
      double angle = angle(j * s[0]);
      double speed = 2 * Math.PI * j;
      da[0][2 * j - 1] = -speed * Math.sin(angle);
      da[0][2 * j] = speed * Math.cos(angle);
    }
  }

  /** Returns the angle of a number of turns, whole turns taken off so that s = 0 and 1 agree. */
  static double angle(double turns) {
    return 2 * Math.PI * (turns - Math.rint(turns));
  }

  @Override
  public Gram gram() {
    double[] diagonal = new double[basisSize()];
    Arrays.fill(diagonal, 0.5);
    diagonal[0] = 1;
    return new DiagonalGram(diagonal);
  }

  @Override
  public double[] initialWeights() {
    double[] weights = new double[basisSize()];
    weights[0] = 1;
    return weights;
  }

  /** Returns n: k(s, s) = 1 + 2 sum_j (cos^2 + sin^2) is the same at every s. */
  @Override
  public double supremum() {
    return basisSize();
  }
}
