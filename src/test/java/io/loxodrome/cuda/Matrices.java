package io.loxodrome.cuda;

import io.loxodrome.manifold.Gram;

/** Matrices x n x columns numbers, walked over column by column. */
record Matrices(int matrices, int n, int columns) {
  /** What is done to a column. */
  interface ColumnOperator {
    void apply(double[] column);
  }

  int count() {
    return matrices * n * columns;
  }

  /** Where row k of a column lies. */
  int index(int matrix, int k, int column) {
    return (matrix * n + k) * columns + column;
  }

  /** The numbers with every column replaced. */
  double[] map(double[] values, ColumnOperator operator) {
    double[] result = new double[count()];
    double[] column = new double[n];
    for (int m = 0; m < matrices; m++) {
      for (int c = 0; c < columns; c++) {
        for (int k = 0; k < n; k++) {
          column[k] = values[index(m, k, c)];
        }
        operator.apply(column);
        for (int k = 0; k < n; k++) {
          result[index(m, k, c)] = column[k];
        }
      }
    }
    return result;
  }

  /** G^-1 g. */
  double[] solved(Gram gram, double[] g) {
    return map(g, gram::solve);
  }

  /** M g. */
  double[] times(double[][] matrix, double[] g) {
    return map(
        g,
        column -> {
          double[] right = column.clone();
          for (int k = 0; k < n; k++) {
            column[k] = 0;
            for (int l = 0; l < n; l++) {
              column[k] += matrix[k][l] * right[l];
            }
          }
        });
  }
}
