/*
 * A libcublas.so.12 for tests: products in the obvious loops, on the host memory that cuda.c gives
 * out as a device's. Column-major as cuBLAS has it, single precision alone.
 *
 * STUB_LOG   file that calls are appended to, one line each
 * STUB_CUBLAS_FAIL  status that products answer
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUCCESS 0
#define INVALID_VALUE 7

static void note(const char *text, long a, long b) {
  const char *path = getenv("STUB_LOG");
  if (path == NULL) return;
  FILE *file = fopen(path, "a");
  if (file == NULL) return;
  fprintf(file, "%s %ld %ld\n", text, a, b);
  fclose(file);
}

int cublasGetProperty(int type, int *value) {
  int version[] = {12, 6, 3};
  if (type < 0 || type > 2) return INVALID_VALUE;
  *value = version[type];
  return SUCCESS;
}

int cublasCreate_v2(void **handle) {
  *handle = malloc(1);
  return SUCCESS;
}

int cublasDestroy_v2(void *handle) {
  note("cublasDestroy", 0, 0);
  free(handle);
  return SUCCESS;
}

int cublasGetVersion_v2(void *handle, int *version) {
  (void)handle;
  *version = 120603;
  return SUCCESS;
}

int cublasSetStream_v2(void *handle, void *stream) {
  (void)handle;
  note("cublasSetStream", stream != NULL, 0);
  return SUCCESS;
}

int cublasSetWorkspace_v2(void *handle, void *memory, size_t bytes) {
  (void)handle;
  note("cublasSetWorkspace", memory != NULL, (long)bytes);
  return SUCCESS;
}

int cublasSetPointerMode_v2(void *handle, int mode) {
  (void)handle;
  note("cublasSetPointerMode", mode, 0);
  return SUCCESS;
}

int cublasSetMathMode(void *handle, int mode) {
  (void)handle;
  note("cublasSetMathMode", mode, 0);
  return SUCCESS;
}

int cublasSetAtomicsMode(void *handle, int mode) {
  (void)handle;
  note("cublasSetAtomicsMode", mode, 0);
  return SUCCESS;
}

const char *cublasGetStatusName(int status) {
  return status == 13 ? "CUBLAS_STATUS_EXECUTION_FAILED" : "CUBLAS_STATUS_OTHER";
}

const char *cublasGetStatusString(int status) {
  (void)status;
  return "as the stub says it";
}

/* C = alpha op(A) op(B) + beta C; C is rows x columns, stored column after column. */
static void product(int transpose_a, int transpose_b, int rows, int columns, int inner, float alpha,
                    const float *a, long lda, const float *b, long ldb, float beta, float *c,
                    long ldc) {
  for (int column = 0; column < columns; column++) {
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      for (int k = 0; k < inner; k++) {
        double left = transpose_a ? a[k + row * lda] : a[row + k * lda];
        double right = transpose_b ? b[column + k * ldb] : b[k + column * ldb];
        sum += left * right;
      }
      float *target = &c[row + column * ldc];
      /* As BLAS has it: with beta = 0 what was there is not even read. */
      *target = (float)(alpha * sum + (beta == 0 ? 0 : beta * *target));
    }
  }
}

int cublasGemmStridedBatchedEx(void *handle, int transpose_a, int transpose_b, int rows,
                               int columns, int inner, const void *alpha, const void *a,
                               int type_a, int lda, long long stride_a, const void *b, int type_b,
                               int ldb, long long stride_b, const void *beta, void *c, int type_c,
                               int ldc, long long stride_c, int count, int compute,
                               int algorithm) {
  (void)handle;
  note("cublasGemmStridedBatchedEx", compute, algorithm);
  if (getenv("STUB_CUBLAS_FAIL") != NULL) return atoi(getenv("STUB_CUBLAS_FAIL"));
  if (type_a != 0 || type_b != 0 || type_c != 0) return INVALID_VALUE;
  if (lda < (transpose_a ? inner : rows) || ldb < (transpose_b ? columns : inner) || ldc < rows)
    return INVALID_VALUE;
  for (int i = 0; i < count; i++) {
    product(transpose_a, transpose_b, rows, columns, inner, *(const float *)alpha,
            (const float *)a + i * stride_a, lda, (const float *)b + i * stride_b, ldb,
            *(const float *)beta, (float *)c + i * stride_c, ldc);
  }
  return SUCCESS;
}

int cublasGemmEx(void *handle, int transpose_a, int transpose_b, int rows, int columns, int inner,
                 const void *alpha, const void *a, int type_a, int lda, const void *b, int type_b,
                 int ldb, const void *beta, void *c, int type_c, int ldc, int compute,
                 int algorithm) {
  (void)handle;
  note("cublasGemmEx", compute, algorithm);
  if (getenv("STUB_CUBLAS_FAIL") != NULL) return atoi(getenv("STUB_CUBLAS_FAIL"));
  if (type_a != 0 || type_b != 0 || type_c != 0) return INVALID_VALUE;
  if (lda < (transpose_a ? inner : rows) || ldb < (transpose_b ? columns : inner) || ldc < rows)
    return INVALID_VALUE;
  product(transpose_a, transpose_b, rows, columns, inner, *(const float *)alpha, a, lda, b, ldb,
          *(const float *)beta, c, ldc);
  return SUCCESS;
}
