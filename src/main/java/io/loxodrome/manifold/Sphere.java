package io.loxodrome.manifold;

import java.util.Arrays;

/**
 * Weights on a sphere, in real spherical harmonics up to degree 1 or 2 written as polynomials of
 * the unit vector (x, y, z): a = (1, x, y, z) and, for degree 2, also (xy, yz, xz, x^2 - y^2, 3 z^2
 * - 1). n = (l + 1)^2.
 *
 * <p>The conditioning values are s = (azimuth / 2 pi, (z + 1) / 2): uniform s is uniform area
 * (Archimedes), so G is taken under the area measure and is diag(1, 1/3, 1/3, 1/3), followed for
 * degree 2 by (1/15, 1/15, 1/15, 4/15, 4/5). The polynomials are not normalised: their first is the
 * constant 1, so the initial weights are (1, 0, ..., 0).
 *
 * @param degree l, 1 or 2
 */
public record Sphere(int degree) implements WeightManifold {

  /**
   * Creates the sphere with harmonics up to the given degree.
   *
   * @throws IllegalArgumentException if the degree is neither 1 nor 2
   */
  public Sphere {
    Check.range("the degree of sphere", degree, 1, 2, "");
  }

  @Override
  public String spec() {
    return "sphere:" + degree;
  }

  @Override
  public int basisSize() {
    return (degree + 1) * (degree + 1);
  }

  @Override
  public int dimensions() {
    return 2;
  }

  /** Returns true for the azimuth (dimension 0), false for the height (dimension 1). */
  @Override
  public boolean periodic(int dimension) {
    Check.dimension(this, dimension);
    return dimension == 0;
  }

  @Override
  public void coefficients(double[] s, double[] a) {
    Check.coefficients(this, s, a);
    double angle = Fourier.angle(s[0]);
    double radius = radius(s[1]);
    double x = radius * Math.cos(angle);
    double y = radius * Math.sin(angle);
    double z = 2 * s[1] - 1;
    a[0] = 1;
    a[1] = x;
    a[2] = y;
    a[3] = z;
    if (degree == 2) {
      a[4] = x * y;
      a[5] = y * z;
      a[6] = x * z;
      a[7] = x * x - y * y;
      a[8] = 3 * z * z - 1;
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>At a pole (s[1] = 0 or 1) the distance to the axis has an unbounded slope in the height.
   */
  @Override
  public void derivatives(double[] s, double[][] da) {
    Check.derivatives(this, s, da);
    double radius = radius(s[1]);
    if (radius == 0) {
      throw new IllegalArgumentException(
          "s[1] = %s of manifold %s is a pole, where da/ds[1] is unbounded; use 0 < s[1] < 1"
              .formatted(s[1], spec()));
    }
    double angle = Fourier.angle(s[0]);
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    double z = 2 * s[1] - 1;
    double[] place = {radius * cos, radius * sin, z};
    double turn = 2 * Math.PI;
    chain(place, new double[] {-turn * place[1], turn * place[0], 0}, da[0]);
    double radiusSlope = -2 * z / radius;
    chain(place, new double[] {radiusSlope * cos, radiusSlope * sin, 2}, da[1]);
  }

  /** Writes the derivative of every polynomial at {@code p} along the tangent vector {@code v}. */
  private void chain(double[] p, double[] v, double[] da) {
    da[0] = 0;
    System.arraycopy(v, 0, da, 1, 3);
    if (degree == 2) {
      da[4] = v[0] * p[1] + p[0] * v[1];
      da[5] = v[1] * p[2] + p[1] * v[2];
      da[6] = v[0] * p[2] + p[0] * v[2];
      da[7] = 2 * (p[0] * v[0] - p[1] * v[1]);
      da[8] = 6 * p[2] * v[2];
    }
  }

  /** Returns sqrt(1 - z^2), the distance to the axis, without cancellation near a pole. */
  private static double radius(double height) {
    return 2 * Math.sqrt(height * (1 - height));
  }

  @Override
  public Gram gram() {
    double[] diagonal = {
      1, 1.0 / 3, 1.0 / 3, 1.0 / 3, 1.0 / 15, 1.0 / 15, 1.0 / 15, 4.0 / 15, 4.0 / 5
    };
    return new DiagonalGram(Arrays.copyOf(diagonal, basisSize()));
  }

  @Override
  public double[] initialWeights() {
    double[] weights = new double[basisSize()];
    weights[0] = 1;
    return weights;
  }

  /** Returns n: by the addition theorem k(s, s) is the same everywhere. */
  @Override
  public double supremum() {
    return basisSize();
  }
}
