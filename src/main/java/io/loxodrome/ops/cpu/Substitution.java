package io.loxodrome.ops.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * x becomes G^-1 x by forward and backward substitution with the zeros of R left out, where G = R^T
 * R: of a spline's R there are four diagonals, so that a row costs 8 multiply-adds and not n.
 *
 * <p>y_k = (x_k - sum_(l &lt; k) R_lk y_l) / R_kk upwards, then x_k = (y_k - sum_(l &gt; k) R_kl
 * x_l) / R_kk downwards, each row in its place. On frozen basis points, where R_kk = 0, the image
 * is 0.
 */
final class Substitution implements ColumnTransform {
  private final List<Sum> sums = new ArrayList<>();
  private final int n;

  /** A row that becomes a linear combination of rows, itself first. */
  private static final class Sum {
    final int target;
    final List<Integer> rows = new ArrayList<>();
    final List<Float> factors = new ArrayList<>();

    Sum(int target) {
      this.target = target;
    }

    void add(int row, double factor) {
      if (factor != 0) {
        rows.add(row);
        factors.add((float) factor);
      }
    }

    void run(Terms terms, float[][] values, int count) {
      terms.clear();
      for (int i = 0; i < rows.size(); i++) {
        terms.add(factors.get(i), values[rows.get(i)]);
      }
      terms.writeTo(values[target], 0, count);
    }
  }

  /**
   * Takes a factor.
   *
   * @param factor R, upper triangular
   */
  Substitution(double[][] factor) {
    n = factor.length;
    for (int k = 0; k < n; k++) {
      Sum sum = begin(k, factor[k][k]);
      for (int l = 0; l < k; l++) {
        sum.add(l, quotient(factor[l][k], factor[k][k]));
      }
    }
    for (int k = n - 1; k >= 0; k--) {
      Sum sum = begin(k, factor[k][k]);
      for (int l = k + 1; l < n; l++) {
        sum.add(l, quotient(factor[k][l], factor[k][k]));
      }
    }
  }

  private Sum begin(int k, double pivot) {
    Sum sum = new Sum(k);
    sum.add(k, pivot == 0 ? 0 : 1 / pivot);
    sums.add(sum);
    return sum;
  }

  private static double quotient(double entry, double pivot) {
    return entry == 0 ? 0 : -entry / pivot;
  }

  /** Multiply-adds for one column. */
  long work() {
    return sums.stream().mapToLong(sum -> sum.rows.size()).sum();
  }

  @Override
  public void apply(Worker worker, float[][] rows, int count) {
    Terms terms = new Terms(n);
    for (Sum sum : sums) {
      sum.run(terms, rows, count);
    }
  }
}
