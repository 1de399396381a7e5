package io.loxodrome.ops.cpu;

import com.sun.jna.Native;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * The functions of OpenBLAS that are needed, by addresses, loaded once.
 *
 * <p>Each call runs on the calling thread alone, for the whole process: the workers cut the work up
 * themselves, and OpenBLAS's own threads would look for more of it beside them.
 */
@SuppressWarnings("checkstyle:methodname") // the names in the library
final class OpenBlas {
  static final int ROW_MAJOR = openblas_nolapack.CblasRowMajor;
  static final int AS_IT_IS = openblas_nolapack.CblasNoTrans;
  static final int TRANSPOSED = openblas_nolapack.CblasTrans;
  static final int LOWER = openblas_nolapack.CblasLower;
  static final int LEFT = openblas_nolapack.CblasLeft;
  static final int RIGHT = openblas_nolapack.CblasRight;
  static final int ANY_DIAGONAL = openblas_nolapack.CblasNonUnit;
  static final int COLUMN_MAJOR = openblas_nolapack.CblasColMajor;

  static {
    Path glue = Path.of(Loader.load(openblas_nolapack.class));
    Native.register(OpenBlas.class, glue.resolveSibling("libopenblas_nolapack.so.0").toString());
    openblas_set_num_threads(1);
  }

  private OpenBlas() {}

  private static native void openblas_set_num_threads(int count);

  static native void cblas_dgemm(
      int layout,
      int transposeA,
      int transposeB,
      int rows,
      int columns,
      int inner,
      double alpha,
      long a,
      int strideA,
      long b,
      int strideB,
      double beta,
      long c,
      int strideC);

  static native void cblas_ssyrk(
      int layout,
      int triangle,
      int transpose,
      int size,
      int inner,
      float alpha,
      long a,
      int strideA,
      float beta,
      long c,
      int strideC);

  static native void cblas_dsyrk(
      int layout,
      int triangle,
      int transpose,
      int size,
      int inner,
      double alpha,
      long a,
      int strideA,
      double beta,
      long c,
      int strideC);

  static native void cblas_strsm(
      int layout,
      int side,
      int triangle,
      int transpose,
      int diagonal,
      int rows,
      int columns,
      float alpha,
      long a,
      int strideA,
      long b,
      int strideB);

  static native void cblas_dtrsm(
      int layout,
      int side,
      int triangle,
      int transpose,
      int diagonal,
      int rows,
      int columns,
      double alpha,
      long a,
      int strideA,
      long b,
      int strideB);

  static native void cblas_ssymm(
      int layout,
      int side,
      int triangle,
      int rows,
      int columns,
      float alpha,
      long a,
      int strideA,
      long b,
      int strideB,
      float beta,
      long c,
      int strideC);

  static native void cblas_dsymm(
      int layout,
      int side,
      int triangle,
      int rows,
      int columns,
      double alpha,
      long a,
      int strideA,
      long b,
      int strideB,
      double beta,
      long c,
      int strideC);

  static native void cblas_ssymv(
      int layout,
      int triangle,
      int size,
      float alpha,
      long a,
      int strideA,
      long x,
      int stepX,
      float beta,
      long y,
      int stepY);

  static native void cblas_dsymv(
      int layout,
      int triangle,
      int size,
      double alpha,
      long a,
      int strideA,
      long x,
      int stepX,
      double beta,
      long y,
      int stepY);

  static native int LAPACKE_spotrf(int layout, byte triangle, int size, long a, int stride);

  static native int LAPACKE_dpotrf(int layout, byte triangle, int size, long a, int stride);
}
