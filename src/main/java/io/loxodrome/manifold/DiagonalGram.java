package io.loxodrome.manifold;

/** The diagonal Gram matrix of an orthogonal basis: point, ellipse, Fourier and sphere. */
public final class DiagonalGram implements Gram {
  private final double[] diagonal;

  DiagonalGram(double... diagonal) {
    this.diagonal = diagonal.clone();
  }

  /** Returns the n entries of the diagonal, all positive. */
  public double[] diagonal() {
    return diagonal.clone();
  }

  @Override
  public int size() {
    return diagonal.length;
  }

  @Override
  public double[][] matrix() {
    double[][] matrix = new double[size()][size()];
    for (int i = 0; i < size(); i++) {
      matrix[i][i] = diagonal[i];
    }
    return matrix;
  }

  @Override
  public double[][] inverse() {
    double[][] inverse = new double[size()][size()];
    for (int i = 0; i < size(); i++) {
      inverse[i][i] = 1 / diagonal[i];
    }
    return inverse;
  }

  @Override
  public void solve(double[] x) {
    Check.length(this, "x", x.length);
    for (int i = 0; i < x.length; i++) {
      x[i] /= diagonal[i];
    }
  }

  @Override
  public double[][] whitening() {
    double[][] r = new double[size()][size()];
    for (int i = 0; i < size(); i++) {
      r[i][i] = Math.sqrt(diagonal[i]);
    }
    return r;
  }

  @Override
  public double conditionNumber() {
    double least = diagonal[0];
    double most = diagonal[0];
    for (double value : diagonal) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return most / least;
  }
}
