package io.loxodrome.manifold;

import java.util.Arrays;

/**
 * A polynomial curve in Bernstein form, a_k(s) = C(d, k) s^k (1 - s)^(d - k); degree d = 1 is the
 * line. G_ij = C(d, i) C(d, j) / ((2 d + 1) C(2 d, i + j)), n = d + 1.
 *
 * @param degree d, in [1, {@value #HIGHEST_DEGREE}]
 */
public record Bezier(int degree) implements WeightManifold {
  /**
   * The highest degree whose Gram matrix, of condition number C(2 d + 1, d), single precision can
   * invert: C(25, 12) is below 2^23 and C(27, 13) above.
   */
  public static final int HIGHEST_DEGREE = 12;

  /**
   * Creates the curve of the given degree.
   *
   * @throws IllegalArgumentException if the degree is outside [1, {@value #HIGHEST_DEGREE}]
   */
  public Bezier {
    Check.range(
        "the degree of bezier",
        degree,
        1,
        HIGHEST_DEGREE,
        "; for more basis points use spline:N, which stays well conditioned");
  }

  @Override
  public String spec() {
    return degree == 1 ? "line" : "bezier:" + degree;
  }

  @Override
  public int basisSize() {
    return degree + 1;
  }

  @Override
  public int dimensions() {
    return 1;
  }

  @Override
  public boolean periodic(int dimension) {
    Check.dimension(this, dimension);
    return false;
  }

  @Override
  public void coefficients(double[] s, double[] a) {
    Check.coefficients(this, s, a);
    bernstein(degree, s[0], a);
  }

  @Override
  public void derivatives(double[] s, double[][] da) {
    Check.derivatives(this, s, da);
    double[] lower = new double[degree];
    bernstein(degree - 1, s[0], lower);
    for (int k = 0; k <= degree; k++) {
      double before = k > 0 ? lower[k - 1] : 0;
      double here = k < degree ? lower[k] : 0;
      da[0][k] = degree * (before - here);
    }
  }

  /** Writes the degree + 1 Bernstein polynomials at s, by the recurrence in the degree. */
  private static void bernstein(int degree, double s, double[] b) {
    b[0] = 1;
    for (int d = 1; d <= degree; d++) {
      double carried = 0;
      for (int k = 0; k < d; k++) {
        double value = b[k];
        b[k] = carried + (1 - s) * value;
        carried = s * value;
      }
      b[d] = carried;
    }
  }

  @Override
  public Gram gram() {
    int n = basisSize();
    double[][] matrix = new double[n][n];
    double[][] inverse = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        matrix[i][j] = gramEntry(i, j);
        inverse[i][j] = inverseEntry(i, j);
      }
    }
    return DenseGram.withInverse(matrix, inverse);
  }

  private double gramEntry(int i, int j) {
    return binomial(degree, i)
        * binomial(degree, j)
        / ((2 * degree + 1) * binomial(2 * degree, i + j));
  }

  /**
   * Returns an entry of G^-1, the Bernstein coefficients of the dual basis. With d the degree it is
   * (-1)^(i + j) / (C(d, i) C(d, j)) sum_k (2 k + 1) t_k(i) t_k(j), t_k(i) = C(d + k + 1, d - i)
   * C(d - k, d - i), k = 0 .. min(i, j): all terms are positive, so nothing cancels.
   */
  private double inverseEntry(int i, int j) {
    double sum = 0;
    for (int k = 0; k <= Math.min(i, j); k++) {
      sum += (2 * k + 1) * dualTerm(k, i) * dualTerm(k, j);
    }
    double magnitude = sum / (binomial(degree, i) * binomial(degree, j));
    return (i + j) % 2 == 0 ? magnitude : -magnitude;
  }

  private double dualTerm(int k, int i) {
    return binomial(degree + k + 1, degree - i) * binomial(degree - k, degree - i);
  }

  /** Returns C(n, k); exact, because every partial product is a binomial below 2^53. */
  private static double binomial(int n, int k) {
    double value = 1;
    for (int i = 1; i <= k; i++) {
      value = value * (n - k + i) / i;
    }
    return value;
  }

  @Override
  public double[] initialWeights() {
    double[] weights = new double[basisSize()];
    Arrays.fill(weights, 1);
    return weights;
  }

  /** Returns (d + 1)^2, reached at both ends. */
  @Override
  public double supremum() {
    return (degree + 1) * (degree + 1);
  }
}
