package io.loxodrome.manifold;

/** A single basis point, a = (1): the network without conditioning. */
public record Point() implements WeightManifold {

  @Override
  public String spec() {
    return "point";
  }

  @Override
  public int basisSize() {
    return 1;
  }

  @Override
  public int dimensions() {
    return 0;
  }

  @Override
  public boolean periodic(int dimension) {
    Check.dimension(this, dimension);
    return false;
  }

  @Override
  public void coefficients(double[] s, double[] a) {
    Check.coefficients(this, s, a);
    a[0] = 1;
  }

  @Override
  public void derivatives(double[] s, double[][] da) {
    Check.derivatives(this, s, da);
  }

  @Override
  public Gram gram() {
    return new DiagonalGram(1);
  }

  @Override
  public double[] initialWeights() {
    return new double[] {1};
  }

  @Override
  public double supremum() {
    return 1;
  }
}
