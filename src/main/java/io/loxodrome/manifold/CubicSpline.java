package io.loxodrome.manifold;

import java.util.Arrays;

/**
 * A cubic B-spline curve on uniform knots, of which four basis points act at any s.
 *
 * <p>The knots lie h apart. A clamped or unclamped curve has n - 3 spans, h = 1 / (n - 3); a
 * periodic one has n, h = 1 / n. In span j, counted from 0, the basis points j, j + 1, j + 2, j + 3
 * are active (modulo n if periodic). G has 7 diagonals; WWM's Eq. 38, Eq. 39 and Table 1 print
 * other values for it, none of which is the integral of a a^T.
 *
 * @param basisSize n, at least 4
 * @param ends what the curve does at s = 0 and s = 1
 */
public record CubicSpline(int basisSize, Ends ends) implements WeightManifold {
  /** What a spline does at the ends of [0, 1]. */
  public enum Ends {
    /** Starts at the first basis point and stops at the last: the end knots are fourfold. */
    CLAMPED,
    /** Closes on itself with two continuous derivatives. */
    PERIODIC,
    /** Runs between the basis points at the ends too; 50 times worse conditioned than clamped. */
    UNCLAMPED
  }

  private static final int ORDER = 4;

  /** Nodes on [0, 1] and weights of the 4-point Gauss-Legendre rule, exact up to degree 7. */
  private static final double[] NODES = new double[4];

  private static final double[] NODE_WEIGHTS = new double[4];

  static {
    double[] side = {-1, 1};
    for (int i = 0; i < 2; i++) {
      double root = Math.sqrt(3.0 / 7 + side[i] * 2.0 / 7 * Math.sqrt(6.0 / 5));
      double weight = (18 - side[i] * Math.sqrt(30)) / 72;
      NODES[i] = (1 - root) / 2;
      NODES[3 - i] = (1 + root) / 2;
      NODE_WEIGHTS[i] = weight;
      NODE_WEIGHTS[3 - i] = weight;
    }
  }

  /**
   * How many spans from an end k(s, s) can differ in double: the inverse decays by 0.535 per index,
   * and 0.535^64 is 4e-18.
   */
  private static final int SPANS_NEAR_AN_END = 64;

  /**
   * Creates the spline.
   *
   * @throws IllegalArgumentException if there are fewer than 4 or more than {@link
   *     #MAXIMUM_BASIS_SIZE} basis points
   */
  public CubicSpline {
    Check.range("the basis size of spline", basisSize, ORDER, MAXIMUM_BASIS_SIZE, "");
  }

  @Override
  public String spec() {
    return switch (ends) {
      case CLAMPED -> "spline:" + basisSize;
      case PERIODIC -> "spline:" + basisSize + ":periodic";
      case UNCLAMPED -> "spline:" + basisSize + ":unclamped";
    };
  }

  @Override
  public int dimensions() {
    return 1;
  }

  @Override
  public boolean periodic(int dimension) {
    Check.dimension(this, dimension);
    return ends == Ends.PERIODIC;
  }

  /** Returns the number of knot spans in [0, 1]: n if periodic, else n - 3. */
  public int spans() {
    return ends == Ends.PERIODIC ? basisSize : basisSize - 3;
  }

  /**
   * Computes the four coefficients that are not zero at s.
   *
   * @param s in [0, 1]
   * @param fourCoefficients receives the coefficients of basis points j, j + 1, j + 2, j + 3
   *     (modulo n if periodic)
   * @return j, the index of the first of them, which is also the index of the span: in [0, {@link
   *     #spans()})
   * @throws IllegalArgumentException if s is NaN or outside [0, 1] or there is not room for four
   */
  public int span(double s, double[] fourCoefficients) {
    Check.conditioning(this, 0, s);
    Check.length(this, "fourCoefficients", fourCoefficients.length, ORDER);
    int span = spanIndex(s);
    basis(span, s * spans() - span, ORDER, fourCoefficients);
    return span;
  }

  private int spanIndex(double s) {
    return Math.min((int) (s * spans()), spans() - 1);
  }

  @Override
  public void coefficients(double[] s, double[] a) {
    Check.coefficients(this, s, a);
    double[] four = new double[ORDER];
    int first = span(s[0], four);
    scatter(first, four, a);
  }

  @Override
  public void derivatives(double[] s, double[][] da) {
    Check.derivatives(this, s, da);
    int span = spanIndex(s[0]);
    double[] four = new double[ORDER];
    slopes(span, s[0] * spans() - span, four);
    scatter(span, four, da[0]);
  }

  private void scatter(int first, double[] four, double[] all) {
    Arrays.fill(all, 0);
    for (int m = 0; m < ORDER; m++) {
      all[(first + m) % basisSize] = four[m];
    }
  }

  /**
   * Writes the {@code order} B-splines of that order which are active in a span, by the recurrence
   * of Cox and de Boor. Lengths are in units of h and measured from the span's start, so that long
   * curves lose no digits.
   *
   * @param u place in the span, in [0, 1]
   */
  private void basis(int span, double u, int order, double[] values) {
    values[0] = 1;
    for (int k = 1; k < order; k++) {
      double carried = 0;
      for (int r = 0; r < k; r++) {
        double right = knot(span, r + 1) - u;
        double left = u - knot(span, r + 1 - k);
        double share = values[r] / (right + left);
        values[r] = carried + right * share;
        carried = left * share;
      }
      values[k] = carried;
    }
  }

  /** Writes d/ds of the four active B-splines: differences of the quadratic ones. */
  private void slopes(int span, double u, double[] values) {
    double[] quadratic = new double[ORDER];
    basis(span, u, ORDER - 1, quadratic);
    double carried = 0;
    for (int m = 0; m < ORDER - 1; m++) {
      double width = knot(span, m + 1) - knot(span, m - 2);
      double slope = 3 * spans() * quadratic[m] / width;
      values[m] = carried - slope;
      carried = slope;
    }
    values[ORDER - 1] = carried;
  }

  /** Returns the knot {@code offset} places after a span's start, relative to it, in units of h. */
  private int knot(int span, int offset) {
    return ends == Ends.CLAMPED ? Math.max(-span, Math.min(offset, spans() - span)) : offset;
  }

  /** Returns G as a banded matrix, or a cyclic one if the curve is periodic. */
  @Override
  public Gram gram() {
    return ends == Ends.PERIODIC
        ? new CyclicGram(basisSize, periodicStencil())
        : new BandedGram(bandedRows());
  }

  private double[] bandedRows() {
    double[] rows = new double[basisSize * ORDER];
    double[] values = new double[ORDER];
    for (int span = 0; span < spans(); span++) {
      for (int q = 0; q < NODES.length; q++) {
        basis(span, NODES[q], ORDER, values);
        addOuterProduct(NODE_WEIGHTS[q] / spans(), values, rows, span * ORDER, ORDER);
      }
    }
    return rows;
  }

  /** Returns the entries of a periodic G at distance 0, 1, 2, 3 from the diagonal, not wrapped. */
  private double[] periodicStencil() {
    double[] stencil = new double[ORDER];
    double[] values = new double[ORDER];
    for (int q = 0; q < NODES.length; q++) {
      basis(0, NODES[q], ORDER, values);
      addOuterProduct(NODE_WEIGHTS[q] / spans(), values, stencil, 0, 0);
    }
    return stencil;
  }

  /** Adds weight values_k values_(k+d) to the entry at {@code from + k * stride + d}. */
  private static void addOuterProduct(
      double weight, double[] values, double[] sums, int from, int stride) {
    for (int k = 0; k < ORDER; k++) {
      for (int d = 0; k + d < ORDER; d++) {
        sums[from + k * stride + d] += weight * values[k] * values[k + d];
      }
    }
  }

  /** Returns ones: B-splines sum to 1 at every s. */
  @Override
  public double[] initialWeights() {
    double[] weights = new double[basisSize];
    Arrays.fill(weights, 1);
    return weights;
  }

  /**
   * {@inheritDoc}
   *
   * <p>In each span k(s, s) is a polynomial of degree 6, maximised there. By symmetry the spans up
   * to the middle suffice, and of a periodic curve one.
   */
  @Override
  public double supremum() {
    Gram gram = gram();
    int last = ends == Ends.PERIODIC ? 0 : Math.min((spans() - 1) / 2, SPANS_NEAR_AN_END);
    double supremum = 0;
    for (int span = 0; span <= last; span++) {
      supremum = Math.max(supremum, supremum(span, inverseBlock(gram, span)));
    }
    return supremum;
  }

  /** Returns the four rows of G^-1 that act in a span, restricted to its four columns. */
  private double[][] inverseBlock(Gram gram, int span) {
    double[][] block = new double[ORDER][ORDER];
    for (int k = 0; k < ORDER; k++) {
      double[] column = new double[basisSize];
      column[(span + k) % basisSize] = 1;
      gram.solve(column);
      for (int m = 0; m < ORDER; m++) {
        block[k][m] = column[(span + m) % basisSize];
      }
    }
    return block;
  }

  private double supremum(int span, double[][] block) {
    return Maximum.onUnitInterval(
        u -> {
          double[] values = new double[ORDER];
          basis(span, u, ORDER, values);
          double k = 0;
          for (int i = 0; i < ORDER; i++) {
            for (int j = 0; j < ORDER; j++) {
              k += values[i] * block[i][j] * values[j];
            }
          }
          return k;
        });
  }
}
