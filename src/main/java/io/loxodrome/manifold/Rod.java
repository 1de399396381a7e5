package io.loxodrome.manifold;

/**
 * A line tethered at its first basis point: a(s) = (1 - s, s) with P_1 frozen, so the metric lives
 * on P_2 alone, where it is 1/3.
 */
public record Rod() implements WeightManifold {

  @Override
  public String spec() {
    return "rod";
  }

  @Override
  public int basisSize() {
    return 2;
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
    a[0] = 1 - s[0];
    a[1] = s[0];
  }

  @Override
  public void derivatives(double[] s, double[][] da) {
    Check.derivatives(this, s, da);
    da[0][0] = -1;
    da[0][1] = 1;
  }

  /** Returns the Gram matrix restricted to P_2: 1/3 there, inverse 3, and 0 on the frozen P_1. */
  @Override
  public Gram gram() {
    return new RestrictedGram(2, new int[] {1}, new DiagonalGram(1.0 / 3));
  }

  /** Returns (1, 1), the line's own weights: the frozen point takes its share of W_0 too. */
  @Override
  public double[] initialWeights() {
    return new double[] {1, 1};
  }

  @Override
  public boolean frozen(int basisPoint) {
    Check.basisPoint(this, basisPoint);
    return basisPoint == 0;
  }

  /** Returns 3: k(s, s) = 3 s^2, since the frozen point does not move. */
  @Override
  public double supremum() {
    return 3;
  }
}
