package io.loxodrome.ops.cpu;

import static io.loxodrome.ops.cpu.OpenBlas.ANY_DIAGONAL;
import static io.loxodrome.ops.cpu.OpenBlas.AS_IT_IS;
import static io.loxodrome.ops.cpu.OpenBlas.COLUMN_MAJOR;
import static io.loxodrome.ops.cpu.OpenBlas.LEFT;
import static io.loxodrome.ops.cpu.OpenBlas.LOWER;
import static io.loxodrome.ops.cpu.OpenBlas.RIGHT;
import static io.loxodrome.ops.cpu.OpenBlas.ROW_MAJOR;
import static io.loxodrome.ops.cpu.OpenBlas.TRANSPOSED;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Linear algebra in the precision of its matrices, which must be one, on the calling thread.
 *
 * <p>Of symmetric and triangular matrices only the lower triangle is read or written.
 */
final class LinearAlgebra {
  /** The upper triangle of columns is the lower one of rows. */
  private static final byte UPPER_OF_COLUMNS = 'U';

  private LinearAlgebra() {}

  /** C = factor A B^T + keep C, keep 0 or 1. */
  static void timesTransposed(double factor, Matrix a, Matrix b, double keep, Matrix c) {
    multiply(factor, a, AS_IT_IS, b, TRANSPOSED, keep, c);
  }

  /** C = factor A^T B + keep C, keep 0 or 1. */
  static void transposedTimes(double factor, Matrix a, Matrix b, double keep, Matrix c) {
    multiply(factor, a, TRANSPOSED, b, AS_IT_IS, keep, c);
  }

  private static void multiply(
      double factor, Matrix a, int left, Matrix b, int right, double keep, Matrix c) {
    if (c.isEmpty()) {
      return;
    }
    int inner = left == TRANSPOSED ? a.rows() : a.columns();
    if (inner == 0 && keep == 0) {
      c.clear(); // which oneDNN does not do
    } else if (c.isSingle()) {
      OneDnn.check(
          dnnl.dnnl_sgemm(
              letter(left),
              letter(right),
              c.rows(),
              c.columns(),
              inner,
              (float) factor,
              floats(a),
              step(a),
              floats(b),
              step(b),
              (float) keep,
              floats(c),
              step(c)),
          "multiply matrices");
    } else {
      OpenBlas.cblas_dgemm(
          ROW_MAJOR,
          left,
          right,
          c.rows(),
          c.columns(),
          inner,
          factor,
          a.address(),
          step(a),
          b.address(),
          step(b),
          keep,
          c.address(),
          step(c));
    }
  }

  private static byte letter(int transpose) {
    return (byte) (transpose == TRANSPOSED ? 'T' : 'N');
  }

  private static FloatPointer floats(Matrix matrix) {
    return new FloatPointer(new Address(matrix.address()));
  }

  /** The library takes no stride of 0, even where there is nothing. */
  private static int step(Matrix matrix) {
    return Math.max(1, matrix.stride());
  }

  /** C += factor A A^T. */
  static void addSquare(double factor, Matrix a, Matrix c) {
    if (c.isEmpty() || a.isEmpty()) {
      return;
    }
    if (c.isSingle()) {
      OpenBlas.cblas_ssyrk(
          ROW_MAJOR,
          LOWER,
          AS_IT_IS,
          c.rows(),
          a.columns(),
          (float) factor,
          a.address(),
          a.stride(),
          1,
          c.address(),
          c.stride());
    } else {
      OpenBlas.cblas_dsyrk(
          ROW_MAJOR,
          LOWER,
          AS_IT_IS,
          c.rows(),
          a.columns(),
          factor,
          a.address(),
          a.stride(),
          1,
          c.address(),
          c.stride());
    }
  }

  /** Y = S X for a symmetric S. */
  static void symmetricTimes(Matrix s, Matrix x, Matrix y) {
    if (y.isEmpty()) {
      return;
    }
    if (x.columns() == 1) {
      symmetricTimesVector(s, x, y);
    } else if (y.isSingle()) {
      OpenBlas.cblas_ssymm(
          ROW_MAJOR,
          LEFT,
          LOWER,
          y.rows(),
          y.columns(),
          1,
          s.address(),
          s.stride(),
          x.address(),
          x.stride(),
          0,
          y.address(),
          y.stride());
    } else {
      OpenBlas.cblas_dsymm(
          ROW_MAJOR,
          LEFT,
          LOWER,
          y.rows(),
          y.columns(),
          1,
          s.address(),
          s.stride(),
          x.address(),
          x.stride(),
          0,
          y.address(),
          y.stride());
    }
  }

  private static void symmetricTimesVector(Matrix s, Matrix x, Matrix y) {
    if (y.isSingle()) {
      OpenBlas.cblas_ssymv(
          ROW_MAJOR,
          LOWER,
          y.rows(),
          1,
          s.address(),
          s.stride(),
          x.address(),
          x.stride(),
          0,
          y.address(),
          y.stride());
    } else {
      OpenBlas.cblas_dsymv(
          ROW_MAJOR,
          LOWER,
          y.rows(),
          1,
          s.address(),
          s.stride(),
          x.address(),
          x.stride(),
          0,
          y.address(),
          y.stride());
    }
  }

  /** X = X L^-T for a triangular L. */
  static void divideByTransposed(Matrix l, Matrix x) {
    divide(RIGHT, TRANSPOSED, l, x);
  }

  /** X = (L L^T)^-1 X for a triangular L. */
  static void divideBySquare(Matrix l, Matrix x) {
    divide(LEFT, AS_IT_IS, l, x);
    divide(LEFT, TRANSPOSED, l, x);
  }

  private static void divide(int side, int transpose, Matrix l, Matrix x) {
    if (x.isEmpty()) {
      return;
    }
    if (x.isSingle()) {
      OpenBlas.cblas_strsm(
          ROW_MAJOR,
          side,
          LOWER,
          transpose,
          ANY_DIAGONAL,
          x.rows(),
          x.columns(),
          1,
          l.address(),
          l.stride(),
          x.address(),
          x.stride());
    } else {
      OpenBlas.cblas_dtrsm(
          ROW_MAJOR,
          side,
          LOWER,
          transpose,
          ANY_DIAGONAL,
          x.rows(),
          x.columns(),
          1,
          l.address(),
          l.stride(),
          x.address(),
          x.stride());
    }
  }

  /**
   * Replaces S, not empty, by its Cholesky factor.
   *
   * @return whether there is one; the library does not look out for NaN
   */
  static boolean factorize(Matrix s) {
    int failed =
        s.isSingle()
            ? OpenBlas.LAPACKE_spotrf(
                COLUMN_MAJOR, UPPER_OF_COLUMNS, s.rows(), s.address(), s.stride())
            : OpenBlas.LAPACKE_dpotrf(
                COLUMN_MAJOR, UPPER_OF_COLUMNS, s.rows(), s.address(), s.stride());
    return failed == 0 && hasPositiveDiagonal(s);
  }

  private static boolean hasPositiveDiagonal(Matrix s) {
    double[] entry = new double[1];
    for (int row = 0; row < s.rows(); row++) {
      s.get(row, row, entry, 1);
      if (!(entry[0] > 0 && entry[0] <= Double.MAX_VALUE)) {
        return false;
      }
    }
    return true;
  }
}
