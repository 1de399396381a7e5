package io.loxodrome.manifold;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix: Householder reflections make it
 * tridiagonal, T = Q^T A Q, and implicit QR steps with Wilkinson's shift make that diagonal. An
 * eigenvalue is right to about 1e-16 times the largest; n = 128 takes about 30 million
 * multiply-adds.
 */
public final class Eigendecomposition {
  private static final int STEPS_PER_VALUE = 50;

  private final double[] diagonal;
  private final double[] beside;
  private final double[][] vectors;

  private Eigendecomposition(int n) {
    diagonal = new double[n];
    beside = new double[n];
    vectors = new double[n][n];
  }

  /**
   * Decomposes a matrix.
   *
   * @param a n x n, symmetric; not changed
   * @throws IllegalArgumentException if it is not square or has an element that is not finite
   */
  public static Eigendecomposition of(double[][] a) {
    for (double[] row : a) {
      requireRow(row, a.length);
    }
    Eigendecomposition result = new Eigendecomposition(a.length);
    result.makeTridiagonal(Cholesky.copy(a));
    result.makeDiagonal();
    result.sort();
    return result;
  }

  private static void requireRow(double[] row, int length) {
    if (row.length != length) {
      throw new IllegalArgumentException(
          "a matrix of %d rows has one of length %d, must be square".formatted(length, row.length));
    }
    for (double value : row) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("an element is " + value + ", must be finite");
      }
    }
  }

  /** The eigenvalues, ascending. */
  public double[] values() {
    return diagonal.clone();
  }

  /** The eigenvectors as rows of length 1, in the order of the values. */
  public double[][] vectors() {
    return Cholesky.copy(vectors);
  }

  private void makeTridiagonal(double[][] a) {
    int n = a.length;
    for (int i = 0; i < n; i++) {
      vectors[i][i] = 1;
    }
    double[] v = new double[n];
    double[] w = new double[n];
    for (int k = 0; k + 2 < n; k++) {
      if (reflection(a, k, v)) {
        reflectBothSides(a, k + 1, v, w);
        reflectRows(vectors, k + 1, v, w);
      }
    }
    for (int i = 0; i < n; i++) {
      diagonal[i] = a[i][i];
      beside[i] = i + 1 < n ? a[i + 1][i] : 0;
    }
  }

  /**
   * Finds the unit v, zero up to k, for which I - 2 v v^T takes column k's lower part to one
   * element.
   *
   * @return false if the column is like that already
   */
  private static boolean reflection(double[][] a, int k, double[] v) {
    int n = a.length;
    double below = 0;
    for (int i = k + 2; i < n; i++) {
      below = Math.hypot(below, a[i][k]);
    }
    if (below == 0) {
      return false;
    }
    double first = a[k + 1][k] + Math.copySign(Math.hypot(a[k + 1][k], below), a[k + 1][k]);
    double length = Math.hypot(first, below);
    v[k + 1] = first / length;
    for (int i = k + 2; i < n; i++) {
      v[i] = a[i][k] / length;
    }
    return true;
  }

  /** A = H A H for H = I - 2 v v^T: A - 2 v w^T - 2 w v^T with w = A v - (v^T A v) v. */
  private static void reflectBothSides(double[][] a, int from, double[] v, double[] w) {
    int n = a.length;
    double along = 0;
    for (int i = from - 1; i < n; i++) {
      w[i] = 0;
      for (int j = from; j < n; j++) {
        w[i] += a[i][j] * v[j];
      }
      along += i < from ? 0 : v[i] * w[i];
    }
    v[from - 1] = 0;
    for (int i = from; i < n; i++) {
      w[i] -= along * v[i];
    }
    for (int i = from - 1; i < n; i++) {
      for (int j = from - 1; j < n; j++) {
        a[i][j] -= 2 * (v[i] * w[j] + w[i] * v[j]);
      }
    }
  }

  /** Z = H Z for H = I - 2 v v^T. */
  private static void reflectRows(double[][] z, int from, double[] v, double[] sums) {
    int n = z.length;
    Arrays.fill(sums, 0);
    for (int i = from; i < n; i++) {
      for (int j = 0; j < n; j++) {
        sums[j] += v[i] * z[i][j];
      }
    }
    for (int i = from; i < n; i++) {
      for (int j = 0; j < n; j++) {
        z[i][j] -= 2 * v[i] * sums[j];
      }
    }
  }

  private void makeDiagonal() {
    int n = diagonal.length;
    double negligible = Math.ulp(1.0) * norm();
    int steps = 0;
    int last = n - 1;
    while (last > 0) {
      if (Math.abs(beside[last - 1]) <= negligible) {
        beside[--last] = 0;
        continue;
      }
      int first = last - 1;
      while (first > 0 && Math.abs(beside[first - 1]) > negligible) {
        first--;
      }
      chase(first, last);
      if (++steps > STEPS_PER_VALUE * n) {
        throw new ArithmeticException(
            "no eigenvalues of a %d x %d matrix after %d steps".formatted(n, n, steps));
      }
    }
  }

  private double norm() {
    double largest = 0;
    for (int i = 0; i < diagonal.length; i++) {
      largest = Math.max(largest, Math.abs(diagonal[i]) + 2 * Math.abs(beside[i]));
    }
    return largest;
  }

  /** One implicit QR step on rows first to last: a rotation, and the bulge it makes chased out. */
  private void chase(int first, int last) {
    double x = diagonal[first] - shift(last);
    double z = beside[first];
    for (int k = first; k < last; k++) {
      double r = Math.hypot(x, z);
      double c = r == 0 ? 1 : x / r;
      double s = r == 0 ? 0 : z / r;
      if (k > first) {
        beside[k - 1] = r;
      }
      double upper = diagonal[k];
      double lower = diagonal[k + 1];
      double cross = beside[k];
      diagonal[k] = c * c * upper + 2 * c * s * cross + s * s * lower;
      diagonal[k + 1] = s * s * upper - 2 * c * s * cross + c * c * lower;
      beside[k] = (c * c - s * s) * cross + c * s * (lower - upper);
      if (k + 1 < last) {
        x = beside[k];
        z = s * beside[k + 1];
        beside[k + 1] *= c;
      }
      rotate(vectors[k], vectors[k + 1], c, s);
    }
  }

  /** Wilkinson's: the eigenvalue of the last 2 x 2 block that is nearer to its last element. */
  private double shift(int last) {
    double half = (diagonal[last - 1] - diagonal[last]) / 2;
    double cross = beside[last - 1];
    double root = Math.copySign(Math.hypot(half, cross), half);
    return diagonal[last] - cross * (cross / (half + root));
  }

  private static void rotate(double[] p, double[] q, double c, double s) {
    for (int j = 0; j < p.length; j++) {
      double old = p[j];
      p[j] = c * old + s * q[j];
      q[j] = c * q[j] - s * old;
    }
  }

  private void sort() {
    double[] values = diagonal.clone();
    double[][] rows = vectors.clone();
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int i = 0; i < order.length; i++) {
      diagonal[i] = values[order[i]];
      vectors[i] = rows[order[i]];
    }
  }
}
