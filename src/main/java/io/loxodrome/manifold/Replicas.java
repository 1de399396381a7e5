package io.loxodrome.manifold;

import java.util.Arrays;

/**
 * R manifolds of one kind side by side, for networks that differ in their seeds alone and are
 * trained at once.
 *
 * <p>The first conditioning value says which network an example belongs to, s_0 = (r + 1/2) / R for
 * replica r; those behind it are the manifold's own. Basis point r n + k is P_k of replica r, a(s)
 * = onehot(r) (x) a_each(s_1, ..., s_d), and the metric is G = I_R (x) G_each, the integral being a
 * sum over s_0: each replica steps as it would alone. What holds for all s holds for each replica.
 *
 * @param count R, at least 1
 * @param each the manifold of each replica
 */
public record Replicas(int count, WeightManifold each) implements WeightManifold {

  /**
   * Creates the replicas.
   *
   * @throws IllegalArgumentException if there are none, or more than {@link #MAXIMUM_BASIS_SIZE}
   *     basis points together
   */
  public Replicas {
    Check.range("number of replicas", count, 1, MAXIMUM_BASIS_SIZE, "");
    long size = (long) count * each.basisSize();
    if (size > MAXIMUM_BASIS_SIZE) {
      throw new IllegalArgumentException(
          "%d replicas of %s have %d basis points; at most %d are allowed"
              .formatted(count, each.spec(), size, MAXIMUM_BASIS_SIZE));
    }
  }

  @Override
  public String spec() {
    return "replicas(" + count + "," + each.spec() + ")";
  }

  @Override
  public int basisSize() {
    return count * each.basisSize();
  }

  @Override
  public int dimensions() {
    return 1 + each.dimensions();
  }

  /**
   * Returns the first conditioning value of a replica's examples, (r + 1/2) / R.
   *
   * @param replica r, in [0, R)
   * @throws IllegalArgumentException if there is no such replica
   */
  public double place(int replica) {
    if (replica < 0 || replica >= count) {
      throw new IllegalArgumentException(
          "manifold %s has no replica %d; it has %d".formatted(spec(), replica, count));
    }
    return (replica + 0.5) / count;
  }

  private int replica(double place) {
    return Math.min(count - 1, (int) (place * count));
  }

  @Override
  public boolean periodic(int dimension) {
    Check.dimension(this, dimension);
    return dimension == 0 ? count == 1 : each.periodic(dimension - 1);
  }

  @Override
  public void coefficients(double[] s, double[] a) {
    Check.coefficients(this, s, a);
    double[] own = new double[each.basisSize()];
    each.coefficients(behindFirst(s), own);
    place(own, s, a);
  }

  /** Computes the derivatives; they are 0 along s_0, where replicas have no neighbours. */
  @Override
  public void derivatives(double[] s, double[][] da) {
    Check.derivatives(this, s, da);
    double[][] own = new double[each.dimensions()][each.basisSize()];
    each.derivatives(behindFirst(s), own);
    Arrays.fill(da[0], 0);
    for (int i = 0; i < own.length; i++) {
      place(own[i], s, da[i + 1]);
    }
  }

  private static double[] behindFirst(double[] s) {
    return Arrays.copyOfRange(s, 1, s.length);
  }

  /** all = onehot(r) (x) own. */
  private void place(double[] own, double[] s, double[] all) {
    Arrays.fill(all, 0);
    System.arraycopy(own, 0, all, replica(s[0]) * own.length, own.length);
  }

  @Override
  public Gram gram() {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return new KroneckerGram(new DiagonalGram(ones), each.gram());
  }

  @Override
  public double[] initialWeights() {
    double[] own = each.initialWeights();
    double[] weights = new double[basisSize()];
    for (int k = 0; k < weights.length; k++) {
      weights[k] = own[k % own.length];
    }
    return weights;
  }

  @Override
  public boolean frozen(int basisPoint) {
    Check.basisPoint(this, basisPoint);
    return each.frozen(basisPoint % each.basisSize());
  }

  /** Returns that of each: a replica moves as fast as it would alone. */
  @Override
  public double supremum() {
    return each.supremum();
  }
}
