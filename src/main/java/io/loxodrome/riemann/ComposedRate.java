package io.loxodrome.riemann;

import java.util.List;

/**
 * A lower bound of the contraction rate of modules that train at once, each in its own metric: the
 * smallest eigenvalue of R, with R_ii = lam_i the module's own rate and R_ij = -||M_i^-1/2 H_ij
 * M_j^-1/2|| how strongly two of them pull at each other. A bound of 0 or less says nothing: the
 * true rate may still be positive.
 *
 * @param value lam_min(R)
 * @param assumption what has to hold
 */
public record ComposedRate(double value, String assumption) implements Estimate {
  public ComposedRate {
    Check.finite("composed rate", value);
  }

  /**
   * The bound at one point.
   *
   * @param metrics M_i, positive definite, in the order in which H has its blocks
   * @param hessian H of the loss in all modules' parameters
   * @throws IllegalArgumentException if the sizes do not add up to H's, or a metric is not positive
   *     definite
   */
  public static ComposedRate of(List<SymmetricMatrix> metrics, SymmetricMatrix hessian) {
    SymmetricMatrix metric = SymmetricMatrix.blockDiagonal(metrics);
    SymmetricMatrix relative =
        hessian.between(ContractionRate.inverseRoot("the modules", metric, hessian.size()));
    double[][] rates = new double[metrics.size()][metrics.size()];
    int row = 0;
    for (int i = 0; i < rates.length; i++) {
      int rowEnd = row + metrics.get(i).size();
      rates[i][i] = relative.block(row, rowEnd).smallest();
      int column = 0;
      for (int j = 0; j < i; j++) {
        int columnEnd = column + metrics.get(j).size();
        rates[i][j] = -relative.blockNorm(row, rowEnd, column, columnEnd);
        rates[j][i] = rates[i][j];
        column = columnEnd;
      }
      row = rowEnd;
    }
    return new ComposedRate(
        SymmetricMatrix.of(rates).smallest(),
        "metrics and second derivatives are everywhere what they are at this point");
  }

  /**
   * The bound for two modules in closed form, (l1 + l2) / 2 - sqrt(((l1 - l2) / 2)^2 + r^2): for
   * positive rates it is positive, and so the two contract together, if and only if l1 l2 > r^2.
   *
   * @param l1 rate of the one
   * @param l2 rate of the other
   * @param r ||M_1^-1/2 H_12 M_2^-1/2||
   */
  public static double ofTwo(double l1, double l2, double r) {
    return (l1 + l2) / 2 - Math.hypot((l1 - l2) / 2, r);
  }

  @Override
  public String name() {
    return "composed contraction rate, at least";
  }

  @Override
  public String key() {
    return "rate.composed";
  }

  @Override
  public String toString() {
    return text();
  }
}
