package io.loxodrome.manifold;

/** A full Gram matrix with its inverse and Cholesky factor: lines and Bezier curves. */
public final class DenseGram implements Gram {
  private final double[][] matrix;
  private final double[][] inverse;
  private final double[][] factor;

  private DenseGram(double[][] matrix, double[][] inverse, double[][] factor) {
    this.matrix = matrix;
    this.inverse = inverse;
    this.factor = factor;
  }

  /**
   * Returns the Gram matrix with these entries, inverted by its Cholesky factor.
   *
   * @param matrix n x n, symmetric and positive definite; only its upper triangle is read
   * @throws IllegalArgumentException if the matrix is not square or not positive definite
   */
  public static DenseGram of(double[][] matrix) {
    double[][] factor = factor(matrix);
    return new DenseGram(Cholesky.copy(matrix), invert(factor), factor);
  }

  /** Returns the Gram matrix whose inverse is known in closed form. */
  static DenseGram withInverse(double[][] matrix, double[][] inverse) {
    return new DenseGram(Cholesky.copy(matrix), Cholesky.copy(inverse), factor(matrix));
  }

  private static double[][] factor(double[][] matrix) {
    for (double[] row : matrix) {
      if (row.length != matrix.length) {
        throw new IllegalArgumentException(
            "a Gram matrix is square; this one has %d rows, one of length %d"
                .formatted(matrix.length, row.length));
      }
    }
    double[][] factor = Cholesky.copy(matrix);
    if (!Cholesky.factorise(factor)) {
      throw new IllegalArgumentException(
          "the %d x %d matrix is not positive definite in double precision"
              .formatted(matrix.length, matrix.length));
    }
    return factor;
  }

  /** Returns R^-1 R^-T, symmetric to the last bit. */
  private static double[][] invert(double[][] factor) {
    int n = factor.length;
    double[][] r = Cholesky.invertUpper(factor);
    double[][] inverse = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = i; j < n; j++) {
        double sum = 0;
        for (int k = j; k < n; k++) {
          sum += r[i][k] * r[j][k];
        }
        inverse[i][j] = sum;
        inverse[j][i] = sum;
      }
    }
    return inverse;
  }

  @Override
  public int size() {
    return matrix.length;
  }

  @Override
  public double[][] matrix() {
    return Cholesky.copy(matrix);
  }

  @Override
  public double[][] inverse() {
    return Cholesky.copy(inverse);
  }

  /** Replaces x by the product of the stored inverse and x, in n^2 multiply-adds. */
  @Override
  public void solve(double[] x) {
    Check.length(this, "x", x.length);
    double[] right = x.clone();
    for (int i = 0; i < x.length; i++) {
      double sum = 0;
      for (int j = 0; j < x.length; j++) {
        sum += inverse[i][j] * right[j];
      }
      x[i] = sum;
    }
  }

  @Override
  public double[][] whitening() {
    return Cholesky.copy(factor);
  }

  /**
   * Returns the product of the largest eigenvalues of G and G^-1, so that neither is a small one.
   */
  @Override
  public double conditionNumber() {
    return largestEigenvalue(matrix) * largestEigenvalue(inverse);
  }

  private static double largestEigenvalue(double[][] symmetric) {
    return Eigendecomposition.of(symmetric).values()[symmetric.length - 1];
  }
}
