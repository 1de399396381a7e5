/*
 * A libcudnn.so.8 for tests: convolutions in the obvious loops, on the host memory that cuda.c gives
 * out as a device's.
 *
 * A search finds, fastest first: 4, which rounds to TF32; 5, which is not deterministic; 6, which
 * needs a terabyte; 7, which failed; 2, which needs 1000 bytes and writes to all of them; 1, which
 * needs none. A prediction says the same.
 *
 * STUB_LOG   file that calls are appended to, one line each
 * STUB_CUDNN_VERSION  what cudnnGetVersion answers (8907)
 * STUB_CUDNN_FAIL  status that convolutions answer
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUCCESS 0
#define BAD_PARAM 3
#define NOT_SUPPORTED 9

#define DEFAULT_MATH 0
#define TENSOR_OP_MATH 1
#define FMA_MATH 3

static void note(const char *text, long a, long b) {
  const char *path = getenv("STUB_LOG");
  if (path == NULL) return;
  FILE *file = fopen(path, "a");
  if (file == NULL) return;
  fprintf(file, "%s %ld %ld\n", text, a, b);
  fclose(file);
}

size_t cudnnGetVersion(void) {
  const char *version = getenv("STUB_CUDNN_VERSION");
  return version == NULL ? 8907 : (size_t)atol(version);
}

const char *cudnnGetErrorString(int status) {
  return status == 8 ? "CUDNN_STATUS_EXECUTION_FAILED" : "CUDNN_STATUS_OTHER";
}

int cudnnCreate(void **handle) {
  *handle = malloc(1);
  return SUCCESS;
}

int cudnnDestroy(void *handle) {
  note("cudnnDestroy", 0, 0);
  free(handle);
  return SUCCESS;
}

int cudnnSetStream(void *handle, void *stream) {
  (void)handle;
  note("cudnnSetStream", stream != NULL, 0);
  return SUCCESS;
}

/* Descriptors. */

typedef struct {
  int n, c, h, w;
} block;

typedef struct {
  int pad, stride, math;
} convolution;

static int live = 0;

static int create(void **descriptor, size_t bytes) {
  live++;
  *descriptor = calloc(1, bytes);
  return SUCCESS;
}

static int destroy(void *descriptor) {
  note("descriptors left", --live, 0);
  free(descriptor);
  return SUCCESS;
}

int cudnnCreateTensorDescriptor(void **d) { return create(d, sizeof(block)); }
int cudnnCreateFilterDescriptor(void **d) { return create(d, sizeof(block)); }
int cudnnCreateConvolutionDescriptor(void **d) { return create(d, sizeof(convolution)); }
int cudnnDestroyTensorDescriptor(void *d) { return destroy(d); }
int cudnnDestroyFilterDescriptor(void *d) { return destroy(d); }
int cudnnDestroyConvolutionDescriptor(void *d) { return destroy(d); }

int cudnnSetTensor4dDescriptor(block *d, int format, int type, int n, int c, int h, int w) {
  if (format != 0 || type != 0) return NOT_SUPPORTED;
  *d = (block){n, c, h, w};
  return SUCCESS;
}

int cudnnSetFilter4dDescriptor(block *d, int type, int format, int n, int c, int h, int w) {
  if (format != 0 || type != 0) return NOT_SUPPORTED;
  *d = (block){n, c, h, w};
  return SUCCESS;
}

int cudnnSetConvolution2dDescriptor(convolution *d, int pad_h, int pad_w, int stride_h,
                                    int stride_w, int dilation_h, int dilation_w, int mode,
                                    int type) {
  if (pad_h != pad_w || stride_h != stride_w || dilation_h != 1 || dilation_w != 1 || mode != 1 ||
      type != 0)
    return NOT_SUPPORTED;
  *d = (convolution){pad_h, stride_h, DEFAULT_MATH};
  return SUCCESS;
}

int cudnnSetConvolutionMathType(convolution *d, int math) {
  d->math = math;
  return SUCCESS;
}

/* The loops: what is done for each triple of elements that meet. */

typedef void (*meeting)(float *x, float *filter, float *y);

static void to_y(float *x, float *filter, float *y) { *y += *x * *filter; }
static void to_x(float *x, float *filter, float *y) { *x += *y * *filter; }
static void to_filter(float *x, float *filter, float *y) { *filter += *x * *y; }

static long size(const block *b) { return (long)b->n * b->c * b->h * b->w; }

static float *at(float *data, const block *b, int n, int c, int h, int w) {
  return data + (((long)n * b->c + c) * b->h + h) * b->w + w;
}

static int fits(const block *x, const block *f, const convolution *how, const block *y) {
  return x->n == y->n && x->c == f->c && y->c == f->n &&
         y->h == (x->h + 2 * how->pad - f->h) / how->stride + 1 &&
         y->w == (x->w + 2 * how->pad - f->w) / how->stride + 1;
}

static void meet(const block *xd, float *x, const block *fd, float *f, const convolution *how,
                 const block *yd, float *y, meeting each) {
  for (int n = 0; n < yd->n; n++)
    for (int o = 0; o < yd->c; o++)
      for (int row = 0; row < yd->h; row++)
        for (int column = 0; column < yd->w; column++)
          for (int c = 0; c < xd->c; c++)
            for (int i = 0; i < fd->h; i++)
              for (int j = 0; j < fd->w; j++) {
                int h = row * how->stride - how->pad + i;
                int w = column * how->stride - how->pad + j;
                if (h < 0 || h >= xd->h || w < 0 || w >= xd->w) continue;
                each(at(x, xd, n, c, h, w), at(f, fd, o, c, i, j), at(y, yd, n, o, row, column));
              }
}

static int run(const char *name, const block *xd, float *x, const block *fd, float *f,
               const convolution *how, const block *yd, float *y, int algorithm, void *workspace,
               size_t bytes, const float *alpha, const float *beta, meeting each) {
  note(name, algorithm, how->math);
  if (getenv("STUB_CUDNN_FAIL") != NULL) return atoi(getenv("STUB_CUDNN_FAIL"));
  if (!fits(xd, fd, how, yd) || *alpha != 1 || *beta != 0) return BAD_PARAM;
  if (algorithm != 1 && algorithm != 2) return NOT_SUPPORTED;
  if (algorithm == 2) {
    if (bytes < 1000 || workspace == NULL) return BAD_PARAM;
    memset(workspace, 0x5A, 1000);
  }
  if (each == to_y) memset(y, 0, size(yd) * sizeof(float));
  if (each == to_x) memset(x, 0, size(xd) * sizeof(float));
  if (each == to_filter) memset(f, 0, size(fd) * sizeof(float));
  meet(xd, x, fd, f, how, yd, y, each);
  return SUCCESS;
}

int cudnnConvolutionForward(void *handle, const float *alpha, block *xd, float *x, block *fd,
                            float *f, convolution *how, int algorithm, void *workspace,
                            size_t bytes, const float *beta, block *yd, float *y) {
  (void)handle;
  return run("forward", xd, x, fd, f, how, yd, y, algorithm, workspace, bytes, alpha, beta, to_y);
}

int cudnnConvolutionBackwardData(void *handle, const float *alpha, block *fd, float *f, block *yd,
                                 float *y, convolution *how, int algorithm, void *workspace,
                                 size_t bytes, const float *beta, block *xd, float *x) {
  (void)handle;
  return run("data", xd, x, fd, f, how, yd, y, algorithm, workspace, bytes, alpha, beta, to_x);
}

int cudnnConvolutionBackwardFilter(void *handle, const float *alpha, block *xd, float *x, block *yd,
                                   float *y, convolution *how, int algorithm, void *workspace,
                                   size_t bytes, const float *beta, block *fd, float *f) {
  (void)handle;
  return run("filter", xd, x, fd, f, how, yd, y, algorithm, workspace, bytes, alpha, beta,
             to_filter);
}

/* The search. */

#define MOST 6

typedef struct {
  int algorithm;
  int status;
  float time;
  size_t memory;
  int determinism;
  int math;
  int reserved[3];
} performance;

static int search(const char *name, const convolution *how, float *written, const block *written_as,
                  int requested, int *returned, performance *found, size_t bytes) {
  note(name, how->math, (long)bytes);
  if (requested < MOST) return BAD_PARAM;
  /* NaN: trials leave anything */
  if (written != NULL) memset(written, 0xFF, size(written_as) * sizeof(float));
  performance all[MOST] = {
      {4, SUCCESS, 1, 0, 1, DEFAULT_MATH, {0}},
      {5, SUCCESS, 2, 0, 0, how->math, {0}},
      {6, bytes < (1ULL << 40) ? NOT_SUPPORTED : SUCCESS, 3, 1ULL << 40, 1, how->math, {0}},
      {7, NOT_SUPPORTED, -1, 0, 1, how->math, {0}},
      {2, SUCCESS, 4, 1000, 1, how->math, {0}},
      {1, SUCCESS, 5, 0, 1, how->math, {0}},
  };
  memcpy(found, all, sizeof(all));
  *returned = MOST;
  return SUCCESS;
}

/* A prediction says the same and touches nothing, not even memory of any size. */

int cudnnGetConvolutionForwardAlgorithm_v7(void *handle, block *xd, block *fd, convolution *how,
                                           block *yd, int requested, int *returned,
                                           performance *found) {
  (void)handle;
  if (!fits(xd, fd, how, yd)) return BAD_PARAM;
  return search("predict forward", how, NULL, NULL, requested, returned, found, 1ULL << 40);
}

int cudnnGetConvolutionBackwardDataAlgorithm_v7(void *handle, block *fd, block *yd,
                                                convolution *how, block *xd, int requested,
                                                int *returned, performance *found) {
  (void)handle;
  if (!fits(xd, fd, how, yd)) return BAD_PARAM;
  return search("predict data", how, NULL, NULL, requested, returned, found, 1ULL << 40);
}

int cudnnGetConvolutionBackwardFilterAlgorithm_v7(void *handle, block *xd, block *yd,
                                                  convolution *how, block *fd, int requested,
                                                  int *returned, performance *found) {
  (void)handle;
  if (!fits(xd, fd, how, yd)) return BAD_PARAM;
  return search("predict filter", how, NULL, NULL, requested, returned, found, 1ULL << 40);
}

int cudnnFindConvolutionForwardAlgorithmEx(void *handle, block *xd, void *x, block *fd, void *f,
                                           convolution *how, block *yd, void *y, int requested,
                                           int *returned, performance *found, void *workspace,
                                           size_t bytes) {
  (void)handle, (void)xd, (void)x, (void)fd, (void)f, (void)workspace;
  return search("find forward", how, y, yd, requested, returned, found, bytes);
}

int cudnnFindConvolutionBackwardDataAlgorithmEx(void *handle, block *fd, void *f, block *yd,
                                                void *y, convolution *how, block *xd, void *x,
                                                int requested, int *returned, performance *found,
                                                void *workspace, size_t bytes) {
  (void)handle, (void)yd, (void)y, (void)fd, (void)f, (void)workspace;
  return search("find data", how, x, xd, requested, returned, found, bytes);
}

int cudnnFindConvolutionBackwardFilterAlgorithmEx(void *handle, block *xd, void *x, block *yd,
                                                  void *y, convolution *how, block *fd, void *f,
                                                  int requested, int *returned, performance *found,
                                                  void *workspace, size_t bytes) {
  (void)handle, (void)yd, (void)y, (void)xd, (void)x, (void)workspace;
  return search("find filter", how, f, fd, requested, returned, found, bytes);
}
