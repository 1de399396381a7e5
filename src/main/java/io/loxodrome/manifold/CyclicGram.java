package io.loxodrome.manifold;

/**
 * The Gram matrix of a periodic cubic B-spline, a circulant with 7 diagonals that wrap round,
 * solved exactly in O(n).
 *
 * <p>The last three basis points close the ring. Without them G is banded; with them its Cholesky
 * factor keeps the band and gains three full columns:
 *
 * <pre>
 *     R = [ factor  border ]     factor (n - 3) x (n - 3), banded
 *         [ 0       corner ]     border (n - 3) x 3, corner 3 x 3 upper triangular
 * </pre>
 */
public final class CyclicGram implements Gram {
  private static final int CORNER = BandedCholesky.HALF_BANDWIDTH;

  private final int size;
  private final double[] stencil;
  private final BandedCholesky factor;
  private final double[][] borderColumns;
  private final double[][] corner;

  /**
   * Takes n, at least 4, and the entries at distance 0, 1, 2, 3 along the ring. On a ring of fewer
   * than 7 points two distances meet at one entry and their values add.
   */
  CyclicGram(int size, double[] stencil) {
    this.size = size;
    this.stencil = stencil.clone();
    int inner = size - CORNER;
    this.factor = BandedCholesky.of(innerRows(inner));
    this.borderColumns = new double[CORNER][inner];
    this.corner = new double[CORNER][CORNER];
    for (int q = 0; q < CORNER; q++) {
      for (int i = 0; i < inner; i++) {
        borderColumns[q][i] = entry(i, inner + q);
      }
      factor.forward(borderColumns[q]);
      for (int p = 0; p <= q; p++) {
        corner[p][q] = entry(inner + p, inner + q) - dot(borderColumns[p], borderColumns[q]);
      }
    }
    if (!Cholesky.factorise(corner)) {
      throw new IllegalArgumentException("the cyclic matrix is not positive definite");
    }
  }

  /** Returns the leading rows, which are too far from the seam for any distance to wrap. */
  private double[] innerRows(int inner) {
    double[] rows = new double[inner * BandedCholesky.STRIDE];
    for (int i = 0; i < inner; i++) {
      int inBand = Math.min(BandedCholesky.STRIDE, inner - i);
      System.arraycopy(stencil, 0, rows, i * BandedCholesky.STRIDE, inBand);
    }
    return rows;
  }

  private double entry(int i, int j) {
    int ahead = Math.floorMod(j - i, size);
    double sum = 0;
    for (int d = -CORNER; d <= CORNER; d++) {
      if (Math.floorMod(d, size) == ahead) {
        sum += stencil[Math.abs(d)];
      }
    }
    return sum;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  /** Returns the 4 values at distance 0, 1, 2, 3: G(i, (i + d) mod n) is the sum over all d. */
  public double[] stencil() {
    return stencil.clone();
  }

  /** Returns the 4 (n - 3) entries of R's banded block by rows: (i, i + d) at 4 i + d. */
  public double[] factor() {
    return factor.rows();
  }

  /** Returns the (n - 3) x 3 entries of R in the first n - 3 rows of its last three columns. */
  public double[][] border() {
    double[][] border = new double[size - CORNER][CORNER];
    for (int i = 0; i < border.length; i++) {
      for (int q = 0; q < CORNER; q++) {
        border[i][q] = borderColumns[q][i];
      }
    }
    return border;
  }

  /** Returns the 3 x 3 upper triangular block in R's last rows and columns. */
  public double[][] corner() {
    return Cholesky.copy(corner);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public double[][] matrix() {
    double[] row = new double[size];
    for (int j = 0; j < size; j++) {
      row[j] = entry(0, j);
    }
    return circulant(row);
  }

  @Override
  public double[][] inverse() {
    double[] row = new double[size];
    row[0] = 1;
    solve(row);
    for (int j = 1; j < size - j; j++) {
      double mean = (row[j] + row[size - j]) / 2;
      row[j] = mean;
      row[size - j] = mean;
    }
    return circulant(row);
  }

  private double[][] circulant(double[] row) {
    double[][] matrix = new double[size][size];
    for (int i = 0; i < size; i++) {
      System.arraycopy(row, 0, matrix[i], i, size - i);
      System.arraycopy(row, size - i, matrix[i], 0, i);
    }
    return matrix;
  }

  @Override
  public void solve(double[] x) {
    Check.length(this, "x", x.length);
    int inner = size - CORNER;
    double[] tail = new double[CORNER];
    factor.forward(x);
    for (int q = 0; q < CORNER; q++) {
      double sum = 0;
      for (int i = 0; i < inner; i++) {
        sum += borderColumns[q][i] * x[i];
      }
      tail[q] = x[inner + q] - sum;
    }
    Cholesky.forward(corner, tail);
    Cholesky.backward(corner, tail);
    for (int q = 0; q < CORNER; q++) {
      for (int i = 0; i < inner; i++) {
        x[i] -= borderColumns[q][i] * tail[q];
      }
      x[inner + q] = tail[q];
    }
    factor.backward(x);
  }

  @Override
  public double[][] whitening() {
    int inner = size - CORNER;
    double[][] r = new double[size][size];
    for (int i = 0; i < inner; i++) {
      for (int d = 0; d < BandedCholesky.STRIDE && i + d < inner; d++) {
        r[i][i + d] = factor.entry(i, d);
      }
      for (int q = 0; q < CORNER; q++) {
        r[i][inner + q] = borderColumns[q][i];
      }
    }
    for (int p = 0; p < CORNER; p++) {
      System.arraycopy(corner[p], 0, r[inner + p], inner, CORNER);
    }
    return r;
  }

  /** Returns the ratio of the extreme c_0 + 2 sum_d c_d cos(2 pi j d / n), G's eigenvalues. */
  @Override
  public double conditionNumber() {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int j = 0; j < size; j++) {
      double eigenvalue = stencil[0];
      for (int d = 1; d <= CORNER; d++) {
        eigenvalue += 2 * stencil[d] * Math.cos(2 * Math.PI * j * d / size);
      }
      least = Math.min(least, eigenvalue);
      most = Math.max(most, eigenvalue);
    }
    return most / least;
  }
}
