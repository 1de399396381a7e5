package io.loxodrome.manifold;

import java.util.Arrays;

/**
 * The product of two manifolds: a(s, t) = kron(a_left(s), a_right(t)), with basis point i n_right +
 * j standing for the pair (i, j). A torus is ellipse by ellipse, a sheet line by line.
 *
 * @param left the manifold of the first conditioning values
 * @param right the manifold of the conditioning values after those
 */
public record Product(WeightManifold left, WeightManifold right) implements WeightManifold {

  /**
   * Creates the product.
   *
   * @throws IllegalArgumentException if it would have more than {@link #MAXIMUM_BASIS_SIZE} basis
   *     points
   */
  public Product {
    long size = (long) left.basisSize() * right.basisSize();
    if (size > MAXIMUM_BASIS_SIZE) {
      throw new IllegalArgumentException(
          "the product of %s and %s has %d basis points; at most %d are allowed"
              .formatted(left.spec(), right.spec(), size, MAXIMUM_BASIS_SIZE));
    }
  }

  @Override
  public String spec() {
    if (left instanceof CubicSpline l
        && right instanceof CubicSpline r
        && l.ends() == CubicSpline.Ends.CLAMPED
        && r.ends() == CubicSpline.Ends.CLAMPED) {
      return "spline-sheet:" + l.basisSize() + "x" + r.basisSize();
    }
    return switch (left.spec() + " " + right.spec()) {
      case "ellipse ellipse" -> "torus";
      case "line line" -> "sheet";
      default -> "product(" + left.spec() + "," + right.spec() + ")";
    };
  }

  @Override
  public int basisSize() {
    return left.basisSize() * right.basisSize();
  }

  @Override
  public int dimensions() {
    return left.dimensions() + right.dimensions();
  }

  @Override
  public boolean periodic(int dimension) {
    Check.dimension(this, dimension);
    int split = left.dimensions();
    return dimension < split ? left.periodic(dimension) : right.periodic(dimension - split);
  }

  @Override
  public void coefficients(double[] s, double[] a) {
    Check.coefficients(this, s, a);
    kron(coefficients(left, s, 0), coefficients(right, s, left.dimensions()), a);
  }

  @Override
  public void derivatives(double[] s, double[][] da) {
    Check.derivatives(this, s, da);
    int split = left.dimensions();
    double[] leftValues = coefficients(left, s, 0);
    double[] rightValues = coefficients(right, s, split);
    double[][] leftSlopes = derivatives(left, s, 0);
    double[][] rightSlopes = derivatives(right, s, split);
    for (int i = 0; i < da.length; i++) {
      if (i < split) {
        kron(leftSlopes[i], rightValues, da[i]);
      } else {
        kron(leftValues, rightSlopes[i - split], da[i]);
      }
    }
  }

  private static double[] coefficients(WeightManifold factor, double[] s, int from) {
    double[] a = new double[factor.basisSize()];
    factor.coefficients(slice(factor, s, from), a);
    return a;
  }

  private static double[][] derivatives(WeightManifold factor, double[] s, int from) {
    double[][] da = new double[factor.dimensions()][factor.basisSize()];
    factor.derivatives(slice(factor, s, from), da);
    return da;
  }

  private static double[] slice(WeightManifold factor, double[] s, int from) {
    return Arrays.copyOfRange(s, from, from + factor.dimensions());
  }

  private static void kron(double[] x, double[] y, double[] product) {
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < y.length; j++) {
        product[i * y.length + j] = x[i] * y[j];
      }
    }
  }

  @Override
  public Gram gram() {
    return new KroneckerGram(left.gram(), right.gram());
  }

  @Override
  public double[] initialWeights() {
    double[] weights = new double[basisSize()];
    kron(left.initialWeights(), right.initialWeights(), weights);
    return weights;
  }

  /** Returns whether either factor holds its part of the pair fixed. */
  @Override
  public boolean frozen(int basisPoint) {
    Check.basisPoint(this, basisPoint);
    int n = right.basisSize();
    return left.frozen(basisPoint / n) || right.frozen(basisPoint % n);
  }

  /** Returns the product of the factors' suprema, because k itself factors. */
  @Override
  public double supremum() {
    return left.supremum() * right.supremum();
  }
}
