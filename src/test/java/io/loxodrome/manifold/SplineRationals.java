package io.loxodrome.manifold;

/** The exact Gram entries of cubic B-splines, times 5040 / h, for n large enough that ends part. */
final class SplineRationals {
  static final double[] INTERIOR = {2416, 1191, 120, 1};

  private static final double[][] CLAMPED = {
    {720, 441, 93, 6},
    {441, 1116, 1575.0 / 2, 174, 3.0 / 2},
    {93, 1575.0 / 2, 1647, 1132, 239.0 / 2, 1},
    {6, 174, 1132, 2416, 1191, 120, 1},
    {0, 3.0 / 2, 239.0 / 2, 1191, 2416, 1191, 120, 1}
  };

  private static final double[][] UNCLAMPED = {
    {20, 129, 60, 1}, {129, 1208, 1062, 120, 1}, {60, 1062, 2396, 1191, 120, 1}
  };

  private SplineRationals() {}

  /** The rows at either end that differ from the interior one. */
  static double[][] endRows(CubicSpline.Ends ends) {
    return switch (ends) {
      case CLAMPED -> CLAMPED;
      case UNCLAMPED -> UNCLAMPED;
      case PERIODIC -> new double[0][];
    };
  }

  /** The entry (i, j) at distance {@code d} from the diagonal, mirrored at the far end. */
  static double entry(double[][] endRows, int n, int i, int j, int d) {
    if (i < endRows.length) {
      return j < endRows[i].length ? endRows[i][j] : 0;
    }
    int mirrored = n - 1 - i;
    if (mirrored < endRows.length) {
      return n - 1 - j < endRows[mirrored].length ? endRows[mirrored][n - 1 - j] : 0;
    }
    return d < INTERIOR.length ? INTERIOR[d] : 0;
  }
}
