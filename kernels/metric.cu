// Applies the inverse of a weight manifold's Gram matrix along the basis: x = G^-1 g, and measures
// gradients by it: tr(g^T G^-1 g).
//
// g, x: matrices x n x columns, columns contiguous, in f32 or bf16 storage; x may be g. G is given
// in the form in which the solve is exact and cheapest (MetricFactors chooses):
//
//   scaled   x_k = d_k g_k                       n factors
//   denseN   x_k = sum_j G^-1_kj g_j             n = 2, 3, 4, 8, 16, columns in registers
//   dense    the same for any n up to 64         columns in shared memory
//   banded   R^T R x = g, 7 diagonals            any n, columns in shared memory
//   cyclic   the same closed to a ring           any n, columns in shared memory
//
// Ideal traffic: 2 n words a column, and the factors once a block. banded and cyclic reach it up to
// n = 768, beyond that they read g twice: 3 n.
//
// _x4 (f32) and _x8 (bf16) move 16 bytes at once: addresses are multiples of 16 bytes, columns of
// 4 or 8. _x1, dense, banded and cyclic take any element's address and any size. Of those three
// each thread moves one element at once, a warp 128 bytes: they are bound by their loads in flight,
// of which a thread keeps 8, and not by the number of requests.

#include "metric.cuh"

namespace loxodrome {

template <typename T, int W>
struct Solve : PlainStep<W> {
  static constexpr bool kEveryRow = true;
  static constexpr int kForwardRows = 8;
  static constexpr int kBackwardRows = 8;
  struct Held {};
  T* solution;

  __device__ explicit Solve(T* solution) : solution(solution) {}
  __device__ Held hold(long long) const { return {}; }
  __device__ void finish(long long at, const Held&, const float (&x)[W]) const {
    Vector<T, W> v;
#pragma unroll
    for (int w = 0; w < W; ++w) v.value[w] = x[w];
    v.store(solution + at);
  }
};

// A sum in single precision that carries its rounding error along (Kahan). Its terms are given one
// at a time, in an order that launch and thread determine.
struct CarriedSum {
  float sum = 0;
  float carried = 0;

  __device__ void add(float term) {
    const float corrected = term - carried;
    const float next = sum + corrected;
    carried = (next - sum) - corrected;
    sum = next;
  }
};

// Sums ||R^-T g||^2 = tr(g^T G^-1 g).
template <int W>
struct SquaredNorm {
  static constexpr bool kEveryRow = false;
  static constexpr bool kWhitened = true;
  static constexpr bool kFinishes = false;
  static constexpr int kForwardRows = 8;
  static constexpr int kBackwardRows = 8;
  struct Moments {};
  struct Held {};
  CarriedSum& total;

  __device__ Moments moments(long long) const { return {}; }
  __device__ void advance(long long, const Moments&, float (&y)[W]) const {
#pragma unroll
    for (int w = 0; w < W; ++w) total.add(y[w] * y[w]);
  }
  __device__ Held hold(long long) const { return {}; }
};

// Sums g^T x, where x = G^-1 g is there already.
template <typename T, int W>
struct Dot : PlainStep<W> {
  static constexpr bool kEveryRow = true;
  using Held = Vector<T, W>;
  const T* solution;
  CarriedSum& total;

  __device__ Dot(const T* solution, CarriedSum& total) : solution(solution), total(total) {}
  __device__ Held hold(long long at) const { return Held::load(solution + at); }
  __device__ void finish(long long, const Held& held, const float (&g)[W]) const {
#pragma unroll
    for (int w = 0; w < W; ++w) total.add(g[w] * held.value[w]);
  }
};

constexpr int kWarp = 32;
constexpr int kMostWarps = kRowThreads / kWarp;

// The sum over a block's threads, always in the same order; thread 0 has it. Threads of a block: a
// multiple of kWarp. warps: room for one number a warp.
__device__ inline double block_sum(double value, double* warps) {
#pragma unroll
  for (int lanes = kWarp / 2; lanes > 0; lanes /= 2) {
    value += __shfl_down_sync(0xffffffffu, value, lanes);
  }
  if (threadIdx.x % kWarp == 0) warps[threadIdx.x / kWarp] = value;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int w = 1; w < static_cast<int>(blockDim.x) / kWarp; ++w) value += warps[w];
  }
  return value;
}

// partials: one number for each block of the grid.
__device__ inline void store_sum(const CarriedSum& total, double* warps, double* partials) {
  const double sum = block_sum(static_cast<double>(total.sum) - total.carried, warps);
  if (threadIdx.x == 0) partials[blockIdx.y * gridDim.x + blockIdx.x] = sum;
}

}  // namespace loxodrome

using namespace loxodrome;

// gradient, solution: rows x columns, rows = matrices * n; diagonal: n floats, 0 where the row is
// frozen, or null for ones.
// Launch: blocks of kRowThreads, any number.
#define METRIC_SCALED(SUFFIX, T, W)                                                              \
  extern "C" __global__ void __launch_bounds__(kRowThreads) metric_scaled_##SUFFIX(              \
      const T* gradient, const float* __restrict__ diagonal, int rows, int n, long long columns, \
      T* solution) {                                                                             \
    scaled_rows<W>(gradient, diagonal, rows, n, columns, Solve<T, W>(solution));                 \
  }

// gradient, solution: matrices x N x columns; inverse: padded(N) x padded(N) floats, 16-byte
// aligned; active: bit k is set where row k is not frozen.
// Launch: blocks of kColumnThreads, any number.
#define METRIC_DENSE_N(N, SUFFIX, T, W)                                                       \
  extern "C" __global__ void __launch_bounds__(kColumnThreads) metric_dense##N##_##SUFFIX(    \
      const T* gradient, const float* __restrict__ inverse, int matrices, long long columns,  \
      unsigned long long active, T* solution) {                                               \
    dense_columns<N, W>(gradient, inverse, matrices, columns, active, Solve<T, W>(solution)); \
  }

// As metric_denseN, for n = 1..64.
// Launch: blocks of kColumnThreads, any number, with padded(n) * (padded(n) + kColumnThreads)
// floats of shared memory.
#define METRIC_DENSE(SUFFIX, T)                                                                \
  extern "C" __global__ void __launch_bounds__(kColumnThreads) metric_dense_##SUFFIX(          \
      const T* gradient, const float* __restrict__ inverse, int matrices, int n,               \
      long long columns, unsigned long long active, T* solution) {                             \
    dense_columns_any(gradient, inverse, matrices, n, columns, active, Solve<T, 1>(solution)); \
  }

// gradient, solution: matrices x n x columns; factors as in Factors, 16-byte aligned; segment: rows
// of a column that shared memory holds at once.
// Launch: blocks of any number of threads up to kColumnThreads, any number, with (segment + 3
// (segments - 1)) * threads floats of shared memory.
#define METRIC_BANDED(NAME, RING, SUFFIX, T)                                                \
  extern "C" __global__ void __launch_bounds__(kColumnThreads, 4) metric_##NAME##_##SUFFIX( \
      const T* gradient, const float* __restrict__ factors, int matrices, int n,            \
      long long columns, int segment, T* solution) {                                        \
    banded_columns<RING>(gradient, factors, matrices, n, columns, segment,                  \
                         Solve<T, 1>(solution));                                            \
  }

METRIC_SCALED(f32_x1, float, 1)
METRIC_SCALED(f32_x4, float, 4)
METRIC_SCALED(bf16_x1, bf16, 1)
METRIC_SCALED(bf16_x8, bf16, 8)

#define METRIC_DENSE_SIZES(SUFFIX, T, W) \
  METRIC_DENSE_N(2, SUFFIX, T, W)        \
  METRIC_DENSE_N(3, SUFFIX, T, W)        \
  METRIC_DENSE_N(4, SUFFIX, T, W)        \
  METRIC_DENSE_N(8, SUFFIX, T, W)        \
  METRIC_DENSE_N(16, SUFFIX, T, W)

METRIC_DENSE_SIZES(f32_x4, float, 4)
METRIC_DENSE_SIZES(bf16_x8, bf16, 8)

METRIC_DENSE(f32, float)
METRIC_DENSE(bf16, bf16)

METRIC_BANDED(banded, false, f32, float)
METRIC_BANDED(banded, false, bf16, bf16)
METRIC_BANDED(cyclic, true, f32, float)
METRIC_BANDED(cyclic, true, bf16, bf16)

// The squared norms: each kernel leaves one partial sum a block, metric_norm_total adds them up.
// Arguments are those of the solve, with R^-1 for G^-1, 1 / sqrt(G_kk) for 1 / G_kk, and no shared
// memory for banded and cyclic; partials: as many doubles as the grid has blocks. Ideal traffic: n
// words a column.

#define NORM_SCALED(SUFFIX, T, W)                                                          \
  extern "C" __global__ void __launch_bounds__(kRowThreads) metric_norm_scaled_##SUFFIX(   \
      const T* __restrict__ gradient, const float* __restrict__ diagonal, int rows, int n, \
      long long columns, double* __restrict__ partials) {                                  \
    __shared__ double warps[kMostWarps];                                                   \
    CarriedSum total;                                                                      \
    scaled_rows<W>(gradient, diagonal, rows, n, columns, SquaredNorm<W>{total});           \
    store_sum(total, warps, partials);                                                     \
  }

// n = 64 takes all of shared memory: its sums lie where the columns were.
#define NORM_DENSE(SUFFIX, T)                                                                    \
  extern "C" __global__ void __launch_bounds__(kColumnThreads, 4) metric_norm_dense_##SUFFIX(    \
      const T* __restrict__ gradient, const float* __restrict__ whitening, int matrices, int n,  \
      long long columns, unsigned long long active, double* __restrict__ partials) {             \
    extern __shared__ double used[];                                                             \
    CarriedSum total;                                                                            \
    dense_columns_any(gradient, whitening, matrices, n, columns, active, SquaredNorm<1>{total}); \
    __syncthreads();                                                                             \
    store_sum(total, used, partials);                                                            \
  }

#define NORM_BANDED(NAME, RING, SUFFIX, T)                                                    \
  extern "C" __global__ void __launch_bounds__(kColumnThreads) metric_norm_##NAME##_##SUFFIX( \
      const T* __restrict__ gradient, const float* __restrict__ factors, int matrices, int n, \
      long long columns, int segment, double* __restrict__ partials) {                        \
    __shared__ double warps[kMostWarps];                                                      \
    CarriedSum total;                                                                         \
    banded_columns<RING>(gradient, factors, matrices, n, columns, segment,                    \
                         SquaredNorm<1>{total});                                              \
    store_sum(total, warps, partials);                                                        \
  }

// tr(g^T x) where x = G^-1 g has been solved for. Arguments as for the others; diagonal: null.
#define DOT_SCALED(SUFFIX, T, W)                                                           \
  extern "C" __global__ void __launch_bounds__(kRowThreads) metric_dot_scaled_##SUFFIX(    \
      const T* __restrict__ gradient, const float* __restrict__ diagonal, int rows, int n, \
      long long columns, const T* __restrict__ solution, double* __restrict__ partials) {  \
    __shared__ double warps[kMostWarps];                                                   \
    CarriedSum total;                                                                      \
    scaled_rows<W>(gradient, diagonal, rows, n, columns, Dot<T, W>(solution, total));      \
    store_sum(total, warps, partials);                                                     \
  }

NORM_SCALED(f32_x1, float, 1)
NORM_SCALED(f32_x4, float, 4)
NORM_SCALED(bf16_x1, bf16, 1)
NORM_SCALED(bf16_x8, bf16, 8)
NORM_DENSE(f32, float)
NORM_DENSE(bf16, bf16)
NORM_BANDED(banded, false, f32, float)
NORM_BANDED(banded, false, bf16, bf16)
NORM_BANDED(cyclic, true, f32, float)
NORM_BANDED(cyclic, true, bf16, bf16)
DOT_SCALED(f32_x1, float, 1)
DOT_SCALED(f32_x4, float, 4)
DOT_SCALED(bf16_x1, bf16, 1)
DOT_SCALED(bf16_x8, bf16, 8)

// total[0] = the sum of partials[0..count-1]. Launch: one block of kRowThreads.
extern "C" __global__ void __launch_bounds__(kRowThreads)
    metric_norm_total(const double* __restrict__ partials, int count, double* __restrict__ total) {
  __shared__ double warps[kMostWarps];
  double sum = 0;
  for (int i = threadIdx.x; i < count; i += kRowThreads) sum += partials[i];
  sum = block_sum(sum, warps);
  if (threadIdx.x == 0) total[0] = sum;
}
