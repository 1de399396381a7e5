package io.loxodrome.ops.cpu;

import io.loxodrome.manifold.Gram;
import java.util.Arrays;

/** A linear map of the n rows of a matrix, applied to some of its columns at a time. */
sealed interface ColumnTransform
    permits ColumnTransform.Matrix, ColumnTransform.Solve, Substitution {
  /**
   * Replaces n rows of values by their image.
   *
   * @param worker whose thread is the caller's
   * @param rows the values
   * @param count how many there are in each of the first n rows
   */
  void apply(Worker worker, float[][] rows, int count);

  /** Largest n for which the inverse is kept as a full matrix. */
  int DENSE_LIMIT = 64;

  /** Largest n for which G's factor is looked through for zeros. */
  int FACTOR_LIMIT = 512;

  /** x becomes G^-1 x, by substitution where that is less work than a full matrix. */
  static ColumnTransform inverse(Gram gram) {
    int n = gram.size();
    if (n * n > Matrix.FEW && n <= FACTOR_LIMIT) {
      Substitution substitution = new Substitution(gram.whitening());
      if (substitution.work() <= (long) n * n) {
        return substitution;
      }
    }
    return n <= DENSE_LIMIT ? new Matrix(toFloats(gram.inverse())) : new Solve(gram);
  }

  /** x becomes R^-T x, where G = R^T R. */
  static ColumnTransform whitening(Gram gram) {
    return new Matrix(transposed(toFloats(gram.whiteningInverse())));
  }

  /** x becomes R^-1 x. */
  static ColumnTransform unwhitening(Gram gram) {
    return new Matrix(toFloats(gram.whiteningInverse()));
  }

  private static float[][] toFloats(double[][] matrix) {
    float[][] result = new float[matrix.length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix.length; j++) {
        result[i][j] = (float) matrix[i][j];
      }
    }
    return result;
  }

  private static float[][] transposed(float[][] matrix) {
    float[][] result = new float[matrix.length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix.length; j++) {
        result[j][i] = matrix[i][j];
      }
    }
    return result;
  }

  /** A full matrix; its zeros cost nothing, so a diagonal one is n scalings. */
  final class Matrix implements ColumnTransform {
    /** With more entries than this oneDNN's product is faster than loops over rows. */
    static final int FEW = 16;

    private final int n;
    private final float[] entries;
    private final boolean diagonal;
    private final boolean sparse;

    Matrix(float[][] matrix) {
      n = matrix.length;
      entries = new float[n * n];
      int nonZero = 0;
      int besideDiagonal = 0;
      for (int k = 0; k < n; k++) {
        System.arraycopy(matrix[k], 0, entries, k * n, n);
        for (int l = 0; l < n; l++) {
          int one = matrix[k][l] == 0 ? 0 : 1;
          nonZero += one;
          besideDiagonal += l == k ? 0 : one;
        }
      }
      diagonal = besideDiagonal == 0;
      sparse = nonZero <= FEW;
    }

    @Override
    public void apply(Worker worker, float[][] rows, int count) {
      if (diagonal) {
        scaleRows(rows, count);
      } else if (sparse) {
        addRows(worker, rows, count);
      } else {
        multiply(worker, rows, count);
      }
    }

    private void scaleRows(float[][] rows, int count) {
      for (int k = 0; k < n; k++) {
        scale(rows[k], entries[k * n + k], count);
      }
    }

    private static void scale(float[] row, float factor, int count) {
      if (factor == 0) {
        Arrays.fill(row, 0, count, 0);
      } else if (factor != 1) {
        for (int j = 0; j < count; j++) {
          row[j] *= factor;
        }
      }
    }

    private void addRows(Worker worker, float[][] rows, int count) {
      float[][] spare = worker.scratchRows(Worker.SPARE, n, count);
      for (int k = 0; k < n; k++) {
        System.arraycopy(rows[k], 0, spare[k], 0, count);
      }
      Terms terms = new Terms(n);
      for (int k = 0; k < n; k++) {
        terms.clear();
        for (int l = 0; l < n; l++) {
          float entry = entries[k * n + l];
          if (entry != 0) {
            terms.add(entry, spare[l]);
          }
        }
        terms.writeTo(rows[k], 0, count);
      }
    }

    private void multiply(Worker worker, float[][] rows, int count) {
      long bytes = (long) n * count * Float.BYTES;
      try (Workspace matrix = worker.workspace((long) n * n * Float.BYTES);
          Workspace before = worker.workspace(bytes);
          Workspace after = worker.workspace(bytes)) {
        matrix.block().put(0, entries, 0, n * n);
        for (int k = 0; k < n; k++) {
          before.block().put((long) k * count, rows[k], 0, count);
        }
        new Product(
                n,
                n,
                count,
                Product.Strides.rowMajor(n),
                Product.Strides.rowMajor(count),
                count,
                Description.Epilogue.NONE)
            .run(worker, matrix.address(), before.address(), after.address());
        for (int k = 0; k < n; k++) {
          after.block().get((long) k * count, rows[k], 0, count);
        }
      }
    }
  }

  /** Column by column through the Gram matrix's own exact solver, in double. */
  record Solve(Gram gram) implements ColumnTransform {
    @Override
    public void apply(Worker worker, float[][] rows, int count) {
      double[] column = new double[gram.size()];
      for (int j = 0; j < count; j++) {
        for (int k = 0; k < column.length; k++) {
          column[k] = rows[k][j];
        }
        gram.solve(column);
        for (int k = 0; k < column.length; k++) {
          rows[k][j] = (float) column[k];
        }
      }
    }
  }
}
