package io.loxodrome.riemann;

import io.loxodrome.manifold.Eigendecomposition;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A real symmetric matrix of a few hundred rows at most, with its eigenvalues: for estimates. */
public final class SymmetricMatrix {
  /** A Gram matrix computed in single precision is symmetric to this share of its magnitude. */
  private static final double ASYMMETRY = 1e-5;

  private final double[][] rows;
  private @Nullable Eigendecomposition decomposition;

  private SymmetricMatrix(double[][] rows) {
    this.rows = rows;
  }

  /**
   * The symmetric part (A + A^T) / 2 of a matrix that is symmetric but for rounding.
   *
   * @param rows n x n, n at least 1; copied
   * @throws IllegalArgumentException if it is not square, has a value that is not finite, or two
   *     mirrored elements differ by more than 1e-5 of the largest magnitude
   */
  public static SymmetricMatrix of(double[][] rows) {
    int n = rows.length;
    double magnitude = magnitude(rows);
    double[][] symmetric = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (Math.abs(rows[i][j] - rows[j][i]) > ASYMMETRY * magnitude) {
          throw new IllegalArgumentException(
              "element (%d, %d) is %s, its mirror image %s: the matrix is not symmetric"
                  .formatted(i, j, rows[i][j], rows[j][i]));
        }
        symmetric[i][j] = (rows[i][j] + rows[j][i]) / 2;
      }
    }
    return new SymmetricMatrix(symmetric);
  }

  private static double magnitude(double[][] rows) {
    if (rows.length == 0) {
      throw new IllegalArgumentException("a matrix has at least one row");
    }
    double largest = 0;
    for (double[] row : rows) {
      if (row.length != rows.length) {
        throw new IllegalArgumentException(
            "%d rows, one of them of length %d: the matrix is not square"
                .formatted(rows.length, row.length));
      }
      for (double value : row) {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException("an element is " + value + ", must be finite");
        }
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }

  /** Z Z^T, whose largest eigenvalue is the square of Z's spectral norm. */
  static SymmetricMatrix ofRows(double[][] z) {
    double[][] products = new double[z.length][z.length];
    for (int i = 0; i < z.length; i++) {
      for (int j = 0; j <= i; j++) {
        products[i][j] = dot(z[i], z[j]);
        products[j][i] = products[i][j];
      }
    }
    return new SymmetricMatrix(products);
  }

  /** x . y. */
  static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  /** n. */
  public int size() {
    return rows.length;
  }

  /** The element in row i and column j. */
  public double at(int i, int j) {
    return rows[i][j];
  }

  /** The eigenvalues, ascending. */
  public double[] eigenvalues() {
    return decomposed().values();
  }

  /** The smallest eigenvalue. */
  public double smallest() {
    return eigenvalues()[0];
  }

  /** The largest eigenvalue. */
  public double largest() {
    return eigenvalues()[size() - 1];
  }

  private Eigendecomposition decomposed() {
    if (decomposition == null) {
      decomposition = Eigendecomposition.of(rows);
    }
    return decomposition;
  }

  /** f(A): the same eigenvectors, f of the eigenvalues. */
  SymmetricMatrix mapped(DoubleUnaryOperator f) {
    double[] values = Arrays.stream(eigenvalues()).map(f).toArray();
    double[][] vectors = decomposed().vectors();
    double[][] sum = new double[size()][size()];
    for (int k = 0; k < values.length; k++) {
      for (int i = 0; i < size(); i++) {
        double scale = values[k] * vectors[k][i];
        for (int j = 0; j < size(); j++) {
          sum[i][j] += scale * vectors[k][j];
        }
      }
    }
    return of(sum);
  }

  /** A + B. */
  SymmetricMatrix plus(SymmetricMatrix other) {
    double[][] sum = copy(0, size(), 0, size());
    for (int i = 0; i < size(); i++) {
      for (int j = 0; j < size(); j++) {
        sum[i][j] += other.rows[i][j];
      }
    }
    return new SymmetricMatrix(sum);
  }

  /** X A X for a symmetric X. */
  SymmetricMatrix between(SymmetricMatrix x) {
    return of(product(product(x.rows, rows), x.rows));
  }

  private static double[][] product(double[][] left, double[][] right) {
    double[][] product = new double[left.length][right[0].length];
    for (int i = 0; i < left.length; i++) {
      for (int k = 0; k < right.length; k++) {
        double scale = left[i][k];
        for (int j = 0; j < right[k].length; j++) {
          product[i][j] += scale * right[k][j];
        }
      }
    }
    return product;
  }

  /** The square block of rows and columns from {@code from} to before {@code to}. */
  SymmetricMatrix block(int from, int to) {
    return new SymmetricMatrix(copy(from, to, from, to));
  }

  /** The spectral norm of the block of the given rows and columns. */
  double blockNorm(int firstRow, int endRow, int firstColumn, int endColumn) {
    double square = ofRows(copy(firstRow, endRow, firstColumn, endColumn)).largest();
    return Math.sqrt(Math.max(0, square));
  }

  /** The block-diagonal matrix of these blocks. */
  static SymmetricMatrix blockDiagonal(Iterable<SymmetricMatrix> blocks) {
    int size = 0;
    for (SymmetricMatrix block : blocks) {
      size += block.size();
    }
    double[][] rows = new double[size][size];
    int from = 0;
    for (SymmetricMatrix block : blocks) {
      for (int i = 0; i < block.size(); i++) {
        System.arraycopy(block.rows[i], 0, rows[from + i], from, block.size());
      }
      from += block.size();
    }
    return new SymmetricMatrix(rows);
  }

  private double[][] copy(int firstRow, int endRow, int firstColumn, int endColumn) {
    double[][] block = new double[endRow - firstRow][];
    for (int i = 0; i < block.length; i++) {
      block[i] = Arrays.copyOfRange(rows[firstRow + i], firstColumn, endColumn);
    }
    return block;
  }

  @Override
  public String toString() {
    return size() + " x " + size() + " symmetric matrix";
  }
}
