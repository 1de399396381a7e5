package io.loxodrome.manifold;

/**
 * The Gram matrix kron(G_left, G_right) of a product of manifolds, applied and inverted one factor
 * at a time; index i n_right + j stands for the pair (i, j).
 */
public final class KroneckerGram implements Gram {
  private final Gram left;
  private final Gram right;

  KroneckerGram(Gram left, Gram right) {
    this.left = left;
    this.right = right;
  }

  /** Returns the Gram matrix of the first factor. */
  public Gram left() {
    return left;
  }

  /** Returns the Gram matrix of the second factor. */
  public Gram right() {
    return right;
  }

  @Override
  public int size() {
    return left.size() * right.size();
  }

  @Override
  public double[][] matrix() {
    return kron(left.matrix(), right.matrix());
  }

  @Override
  public double[][] inverse() {
    return kron(left.inverse(), right.inverse());
  }

  @Override
  public double[][] whitening() {
    return kron(left.whitening(), right.whitening());
  }

  private static double[][] kron(double[][] x, double[][] y) {
    int n = y.length;
    double[][] product = new double[x.length * n][x.length * n];
    for (int i = 0; i < product.length; i++) {
      for (int j = 0; j < product.length; j++) {
        product[i][j] = x[i / n][j / n] * y[i % n][j % n];
      }
    }
    return product;
  }

  /** Replaces x, read as an n_left x n_right matrix X, by G_left^-1 X G_right^-1. */
  @Override
  public void solve(double[] x) {
    Check.length(this, "x", x.length);
    int rows = left.size();
    int columns = right.size();
    double[] row = new double[columns];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(x, i * columns, row, 0, columns);
      right.solve(row);
      System.arraycopy(row, 0, x, i * columns, columns);
    }
    double[] column = new double[rows];
    for (int j = 0; j < columns; j++) {
      for (int i = 0; i < rows; i++) {
        column[i] = x[i * columns + j];
      }
      left.solve(column);
      for (int i = 0; i < rows; i++) {
        x[i * columns + j] = column[i];
      }
    }
  }

  @Override
  public double conditionNumber() {
    return left.conditionNumber() * right.conditionNumber();
  }

  @Override
  public boolean frozen(int basisPoint) {
    return left.frozen(basisPoint / right.size()) || right.frozen(basisPoint % right.size());
  }
}
