package io.loxodrome.riemann;

import java.util.Random;

/** Random matrices, and the products that tests judge by. */
final class Matrices {
  private Matrices() {}

  static double[][] normal(Random random, int rows, int columns) {
    double[][] matrix = new double[rows][columns];
    for (double[] row : matrix) {
      for (int j = 0; j < columns; j++) {
        row[j] = random.nextGaussian();
      }
    }
    return matrix;
  }

  /** scale X X^T + shift I, X of normal numbers. */
  static double[][] positive(Random random, int n, int rank, double scale, double shift) {
    double[][] x = normal(random, n, rank);
    double[][] sum = multiply(x, transpose(x));
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        sum[i][j] = scale * sum[i][j] + (i == j ? shift : 0);
      }
    }
    return sum;
  }

  static double[][] multiply(double[][] left, double[][] right) {
    double[][] product = new double[left.length][right[0].length];
    for (int i = 0; i < left.length; i++) {
      for (int j = 0; j < right[0].length; j++) {
        for (int k = 0; k < right.length; k++) {
          product[i][j] += left[i][k] * right[k][j];
        }
      }
    }
    return product;
  }

  static double[] multiply(double[][] left, double[] right) {
    double[] product = new double[left.length];
    for (int i = 0; i < left.length; i++) {
      product[i] = dot(left[i], right);
    }
    return product;
  }

  static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  static double[][] transpose(double[][] matrix) {
    double[][] transposed = new double[matrix[0].length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix[0].length; j++) {
        transposed[j][i] = matrix[i][j];
      }
    }
    return transposed;
  }

  static double[][] block(double[][] matrix, int row, int rows, int column, int columns) {
    double[][] block = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(matrix[row + i], column, block[i], 0, columns);
    }
    return block;
  }

  /** A^-1 of a well-conditioned matrix, by Gauss and Jordan with pivots. */
  static double[][] inverse(double[][] matrix) {
    int n = matrix.length;
    double[][] a = new double[n][2 * n];
    for (int i = 0; i < n; i++) {
      System.arraycopy(matrix[i], 0, a[i], 0, n);
      a[i][n + i] = 1;
    }
    for (int k = 0; k < n; k++) {
      int pivot = k;
      for (int i = k; i < n; i++) {
        pivot = Math.abs(a[i][k]) > Math.abs(a[pivot][k]) ? i : pivot;
      }
      double[] row = a[pivot];
      a[pivot] = a[k];
      a[k] = row;
      for (int i = 0; i < n; i++) {
        double factor = i == k ? 0 : a[i][k] / row[k];
        for (int j = k; factor != 0 && j < 2 * n; j++) {
          a[i][j] -= factor * row[j];
        }
      }
      for (int j = 2 * n - 1; j >= k; j--) {
        row[j] /= row[k];
      }
    }
    return block(a, 0, n, n, n);
  }
}
