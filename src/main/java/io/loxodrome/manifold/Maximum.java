package io.loxodrome.manifold;

import java.util.function.DoubleUnaryOperator;

/** Maximises a smooth function of one variable with few peaks, such as a polynomial. */
final class Maximum {
  private static final int INTERVALS = 64;
  private static final int TRISECTIONS = 64;

  private Maximum() {}

  /** Returns the maximum over [0, 1]: every peak that a grid of 64 intervals shows is refined. */
  static double onUnitInterval(DoubleUnaryOperator function) {
    double[] values = new double[INTERVALS + 1];
    for (int i = 0; i <= INTERVALS; i++) {
      values[i] = function.applyAsDouble((double) i / INTERVALS);
    }
    double maximum = Math.max(values[0], values[INTERVALS]);
    for (int i = 0; i <= INTERVALS; i++) {
      int before = Math.max(i - 1, 0);
      int after = Math.min(i + 1, INTERVALS);
      if (values[i] >= values[before] && values[i] >= values[after]) {
        maximum = Math.max(maximum, peak(function, before, after));
      }
    }
    return maximum;
  }

  private static double peak(DoubleUnaryOperator function, int before, int after) {
    double low = (double) before / INTERVALS;
    double high = (double) after / INTERVALS;
    for (int i = 0; i < TRISECTIONS; i++) {
      double third = (high - low) / 3;
      if (function.applyAsDouble(low + third) < function.applyAsDouble(high - third)) {
        low += third;
      } else {
        high -= third;
      }
    }
    return function.applyAsDouble((low + high) / 2);
  }
}
