// Mixes the weights of each example from the basis points, and gradients of them back.
//
//   mix                 W_i  = sum_k a_ik P_k
//   mix_backward        dP_k = sum_i a_ik dW_i
//   mix_spans           W_i  = sum_m c_im P_(j_i + m),                             m = 0..3
//   mix_spans_backward  dP_k = sum of c_im dW_i over all i and m with j_i + m = k, m = 0..3
//
// for examples i < B and basis points k < n of p weights each. In the spans' form only four
// coefficients of an example are not zero, those from basis point j_i, its span, on; basis points
// are counted modulo n >= 4. `order` lists the examples span by span: those of span j are
// order[starts[j]..starts[j + 1]), j < spans <= n. Every number of every output is written.
//
// Layout, row-major: P and dP are n x p, W and dW are B x p, stored in single precision or in bf16;
// a is B x n and c is B x 4 in single precision, c 16-byte aligned; j and order are B and starts is
// spans + 1 32-bit integers. Arithmetic is in single precision. No array may overlap one that is
// written. Sizes may pass 2^31 elements.
//
// Alignment: _x4 (single precision) and _x8 (bf16) move 16 bytes at a time and need P, W, dP, dW at
// multiples of 16 bytes and p a multiple of 4 or 8. _x1 takes any address and any size.
//
// Ideal traffic in words: mix and mix_backward n p + B p (and B n for a). Blocks that share a tile
// of columns each read its part of P, from L2 but for the first; for n > 16 mix_backward reads dW
// again for every 16 basis points. Spans: n p + B p both ways; where p is too small to fill the
// device backward splits the basis points among blocks, and a block also reads the dW of three
// spans before its own.
//
// Launch: any number of 1-D blocks of a multiple of 32 threads, at most 128 and for _x1 256;
// mix_backward has one row of blocks along y for each split.

#include "common.cuh"
#include "walk.cuh"

namespace loxodrome {
namespace weights {

// Launch bounds are (kThreads<kWidth>, 1): registers for all loads in flight rather than the most warps.
template <int kWidth>
constexpr int kThreads = kWidth == 1 ? 256 : 128;

// The columns of one thread in a tile. A thread past the end of a row takes the row's last columns
// again, and stores nothing: so no load needs a predicate.
template <int kWidth>
struct Columns {
  long long first;
  bool own;

  __device__ static unsigned tile_length() { return blockDim.x * kWidth; }

  __device__ Columns(long long tile, long long length) {
    const long long column = tile * tile_length() + threadIdx.x * kWidth;
    own = column < length;
    first = own ? column : length - kWidth;
  }

  template <typename T>
  __device__ void load(const T* row, float (&value)[kWidth]) const {
    const auto vector = Vector<T, kWidth>::load(row + first);
#pragma unroll
    for (int j = 0; j < kWidth; ++j) value[j] = vector.value[j];
  }

  template <typename T>
  __device__ void store(const float (&value)[kWidth], T* row) const {
    constexpr int kPart = kWidth == 1 ? 1 : kFullWidth<T>;
    if (!own) return;
#pragma unroll
    for (int part = 0; part < kWidth; part += kPart) {
      Vector<T, kPart> vector;
#pragma unroll
      for (int j = 0; j < kPart; ++j) vector.value[j] = value[part + j];
      vector.store(row + first + part);
    }
  }
};

// sum += factor value.
template <int kWidth>
__device__ void add_scaled(float factor, const float (&value)[kWidth],
                           float (&sum)[kWidth]) {
#pragma unroll
  for (int e = 0; e < kWidth; ++e) sum[e] = fmaf(factor, value[e], sum[e]);
}

// Basis points whose coefficients are in shared memory at a time.
constexpr int kStagedBasis = 64;

// sum_i += sum over kCount basis points of a_ik P_k, for kExamples examples; all loads come before
// the first use. a is staged as k x example, so that a warp reads four coefficients as one word.
template <int kCount, int kExamples, typename T, int kWidth>
__device__ void add_basis_points(const Columns<kWidth>& columns, const T* p, long long length,
                                 const float (*a)[kExamples],
                                 float (&sum)[kExamples][kWidth]) {
  float held[kCount][kWidth];
#pragma unroll
  for (int k = 0; k < kCount; ++k) columns.load(p + k * length, held[k]);
#pragma unroll
  for (int k = 0; k < kCount; ++k) {
#pragma unroll
    for (int i = 0; i < kExamples; i += 4) {
      const float4 factor = *reinterpret_cast<const float4*>(&a[k][i]);
      add_scaled(factor.x, held[k], sum[i]);
      add_scaled(factor.y, held[k], sum[i + 1]);
      add_scaled(factor.z, held[k], sum[i + 2]);
      add_scaled(factor.w, held[k], sum[i + 3]);
    }
  }
}

// A block keeps a tile of columns of W for kExamples examples in registers, and goes on to the next
// examples of the same columns: P's are in L1 or L2 by then.
template <typename T, int kWidth>
__device__ void mix(const float* __restrict__ a, const T* __restrict__ p, T* __restrict__ w,
                    long long batch, int n, long long length) {
  using Tile = Columns<kWidth>;
  constexpr int kExamples = kWidth == 8 ? 8 : 16;
  __shared__ __align__(16) float staged[kStagedBasis][kExamples];
  const long long tiles = (length - 1) / Tile::tile_length() + 1;
  const long long groups = (batch - 1) / kExamples + 1;
  for (Walk walk(tiles, groups); walk.left > 0; walk.next(groups)) {
    const Tile columns(walk.tile, length);
    const long long first = walk.row * kExamples;
    const int examples = static_cast<int>(min(static_cast<long long>(kExamples), batch - first));
    float sum[kExamples][kWidth] = {};
#pragma unroll 1
    for (int k0 = 0; k0 < n; k0 += kStagedBasis) {
      const int count = min(kStagedBasis, n - k0);
      __syncthreads();  // nobody reads the last coefficients
      for (int s = threadIdx.x; s < count * kExamples; s += blockDim.x) {
        const int i = s % kExamples;
        const int k = s / kExamples;
        staged[k][i] = i < examples ? a[(first + i) * n + k0 + k] : 0.0f;
      }
      __syncthreads();  // the next are there
      const T* rows = p + k0 * length;
      int k = 0;
#pragma unroll 1
      for (; k + 4 <= count; k += 4) {
        add_basis_points<4, kExamples>(columns, rows + k * length, length, staged + k, sum);
      }
#pragma unroll 1
      for (; k < count; ++k) {
        add_basis_points<1, kExamples>(columns, rows + k * length, length, staged + k, sum);
      }
    }
#pragma unroll
    for (int i = 0; i < kExamples; ++i) {
      if (i < examples) columns.store(sum[i], w + (first + i) * length);
    }
  }
}

// Examples whose coefficients are in shared memory at a time.
constexpr int kStagedExamples = 64;

// Gradients in flight per thread.
template <int kWidth>
constexpr int kInFlight = kWidth == 1 ? 8 : 4;

// sum_k += sum over kCount examples of a_ik dW_i, for kBasis basis points.
template <int kCount, int kBasis, typename T, int kWidth>
__device__ void add_examples(const Columns<kWidth>& columns, const T* dw, long long length,
                             const float (*a)[kBasis],
                             float (&sum)[kBasis][kWidth]) {
  float held[kCount][kWidth];
#pragma unroll
  for (int i = 0; i < kCount; ++i) columns.load(dw + i * length, held[i]);
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    if constexpr (kBasis % 4 == 0) {
#pragma unroll
      for (int k = 0; k < kBasis; k += 4) {
        const float4 factor = *reinterpret_cast<const float4*>(&a[i][k]);
        add_scaled(factor.x, held[i], sum[k]);
        add_scaled(factor.y, held[i], sum[k + 1]);
        add_scaled(factor.z, held[i], sum[k + 2]);
        add_scaled(factor.w, held[i], sum[k + 3]);
      }
    } else {
#pragma unroll
      for (int k = 0; k < kBasis; ++k) add_scaled(a[i][k], held[i], sum[k]);
    }
  }
}

// A block adds up a tile of columns over the examples of its split, for kBasis basis points at a
// time, in their order. Its target is dP, or `partial` (splits x n x p) if that is not null.
template <typename T, int kWidth, int kBasis>
__device__ void mix_backward(const float* __restrict__ a, const T* __restrict__ dw,
                             T* __restrict__ dp, float* __restrict__ partial, long long batch,
                             int n, long long length, long long examples_per_split) {
  using Tile = Columns<kWidth>;
  __shared__ __align__(16) float staged[kStagedExamples][kBasis];
  const int groups = (n - 1) / kBasis + 1;
  const long long tiles = (length - 1) / Tile::tile_length() + 1;
  const long long begin = blockIdx.y * examples_per_split;
  const long long end = min(begin + examples_per_split, batch);
  for (Walk walk(tiles, groups); walk.left > 0; walk.next(groups)) {
    const Tile columns(walk.tile, length);
    const int k0 = static_cast<int>(walk.row) * kBasis;
    const int basis = min(kBasis, n - k0);
    float sum[kBasis][kWidth] = {};
#pragma unroll 1
    for (long long first = begin; first < end; first += kStagedExamples) {
      const int count = static_cast<int>(min(static_cast<long long>(kStagedExamples), end - first));
      __syncthreads();  // nobody reads the last ones
      for (int s = threadIdx.x; s < count * kBasis; s += blockDim.x) {
        const int i = s / kBasis;
        const int k = s % kBasis;
        staged[i][k] = k < basis ? a[(first + i) * n + k0 + k] : 0.0f;
      }
      __syncthreads();  // the next ones are there
      const T* rows = dw + first * length;
      constexpr int kBatch = kInFlight<kWidth>;
      int i = 0;
#pragma unroll 1
      for (; i + kBatch <= count; i += kBatch) {
        add_examples<kBatch, kBasis>(columns, rows + i * length, length, staged + i, sum);
      }
#pragma unroll 1
      for (; i < count; ++i) {
        add_examples<1, kBasis>(columns, rows + i * length, length, staged + i, sum);
      }
    }
    const long long row = static_cast<long long>(blockIdx.y) * n + k0;
#pragma unroll
    for (int k = 0; k < kBasis; ++k) {
      if (k >= basis) continue;
      if (partial != nullptr) {
        columns.store(sum[k], partial + (row + k) * length);
      } else {
        columns.store(sum[k], dp + (row + k) * length);
      }
    }
  }
}

// Examples that a block takes at a time in the spans' form.
constexpr int kSlots = 16;

// A block takes kSlots examples of `order` after another for a tile of columns, and reads four
// basis points anew only where the span changes.
template <typename T, int kWidth>
__device__ void mix_spans(const int* __restrict__ spans, const float4* __restrict__ coefficients,
                          const int* __restrict__ order, const T* __restrict__ p,
                          T* __restrict__ w, long long batch, int n, long long length) {
  using Tile = Columns<kWidth>;
  const long long tiles = (length - 1) / Tile::tile_length() + 1;
  const long long groups = (batch - 1) / kSlots + 1;
  for (Walk walk(tiles, groups); walk.left > 0; walk.next(groups)) {
    const Tile columns(walk.tile, length);
    const long long end = min((walk.row + 1) * kSlots, batch);
    float held[4][kWidth] = {};
    int current = -1;
#pragma unroll 1
    for (long long slot = walk.row * kSlots; slot < end; ++slot) {
      const long long i = order[slot];
      const int span = spans[i];
      const float4 c = coefficients[i];
      if (span != current) {
        current = span;
#pragma unroll
        for (int m = 0; m < 4; ++m) {
          const int k = span + m < n ? span + m : span + m - n;
          columns.load(p + k * length, held[m]);
        }
      }
      float sum[kWidth] = {};
      add_scaled(c.x, held[0], sum);
      add_scaled(c.y, held[1], sum);
      add_scaled(c.z, held[2], sum);
      add_scaled(c.w, held[3], sum);
      columns.store(sum, w + i * length);
    }
  }
}

// sum_m += sum over the examples of order[begin..end) of c_im dW_i, some of them in flight.
template <typename T, int kWidth>
__device__ void add_span(const Columns<kWidth>& columns, const float4* coefficients,
                         const int* order, const T* dw, long long length, int begin, int end,
                         float (&sum)[4][kWidth]) {
#pragma unroll 1
  for (int slot = begin; slot < end; slot += kInFlight<kWidth>) {
    float held[kInFlight<kWidth>][kWidth] = {};
    float4 c[kInFlight<kWidth>] = {};
#pragma unroll
    for (int s = 0; s < kInFlight<kWidth>; ++s) {
      if (slot + s < end) {
        const long long i = order[slot + s];
        c[s] = coefficients[i];
        columns.load(dw + i * length, held[s]);
      }
    }
#pragma unroll
    for (int s = 0; s < kInFlight<kWidth>; ++s) {
      add_scaled(c[s].x, held[s], sum[0]);
      add_scaled(c[s].y, held[s], sum[1]);
      add_scaled(c[s].z, held[s], sum[2]);
      add_scaled(c[s].w, held[s], sum[3]);
    }
  }
}

// Turns the four sums of span k into those of span k + 1: the first is done.
template <int kWidth>
__device__ void shift(float (&sum)[4][kWidth]) {
#pragma unroll
  for (int e = 0; e < kWidth; ++e) {
    sum[0][e] = sum[1][e];
    sum[1][e] = sum[2][e];
    sum[2][e] = sum[3][e];
    sum[3][e] = 0.0f;
  }
}

// A block walks along the spans with the sums of the four basis points that a span touches; dP_k is
// done after span k. Spans 0..2 lack what the last three add to basis points 0..2: a block that
// owns all basis points keeps those three sums until the end, one that owns [first, last) starts
// three spans early.
template <typename T, int kWidth>
__device__ void mix_spans_backward(const float4* __restrict__ coefficients,
                                   const int* __restrict__ order, const int* __restrict__ starts,
                                   const T* __restrict__ dw, T* __restrict__ dp, int spans, int n,
                                   long long length, int basis_per_block) {
  using Tile = Columns<kWidth>;
  const long long tiles = (length - 1) / Tile::tile_length() + 1;
  const int shares = (n - 1) / basis_per_block + 1;
  const int early = shares == 1 ? 0 : 3;
  for (Walk walk(tiles, shares); walk.left > 0; walk.next(shares)) {
    const Tile columns(walk.tile, length);
    const int first = static_cast<int>(walk.row) * basis_per_block;
    const int last = min(first + basis_per_block, n);
    float sum[4][kWidth] = {};
    float kept[4][kWidth] = {};
#pragma unroll 1
    for (int k = first - early; k < last; ++k) {
      const int span = k < 0 ? k + n : k;
      if (span < spans) {
        add_span(columns, coefficients, order, dw, length, starts[span], starts[span + 1], sum);
      }
      if (early == 0 && k < 3) {
        shift(kept);
#pragma unroll
        for (int e = 0; e < kWidth; ++e) kept[2][e] = sum[0][e];
      } else if (k >= first) {
        columns.store(sum[0], dp + k * length);
      }
      shift(sum);
    }
    if (early > 0) continue;
#pragma unroll
    for (int k = 0; k < 3; ++k) {
      add_scaled(1.0f, kept[k], sum[k]);
      columns.store(sum[k], dp + k * length);
    }
  }
}

}  // namespace weights

using namespace weights;

#define WEIGHTS_BACKWARD(T, TYPE, WIDTH, BASIS)                                              \
  extern "C" __global__ void __launch_bounds__(kThreads<WIDTH>, 1)                           \
      weights_mix_backward_##TYPE##_x##WIDTH##_n##BASIS(                                     \
          const float* __restrict__ a, const T* __restrict__ dw, T* __restrict__ dp,         \
          float* __restrict__ partial, long long batch, int n, long long length,             \
          long long examples_per_split) {                                                    \
    mix_backward<T, WIDTH, BASIS>(a, dw, dp, partial, batch, n, length, examples_per_split); \
  }

#define WEIGHTS(T, TYPE, WIDTH)                                                                    \
  extern "C" __global__ void __launch_bounds__(kThreads<WIDTH>, 1) weights_mix_##TYPE##_x##WIDTH(  \
      const float* __restrict__ a, const T* __restrict__ p, T* __restrict__ w, long long batch,    \
      int n, long long length) {                                                                   \
    mix<T, WIDTH>(a, p, w, batch, n, length);                                                      \
  }                                                                                                \
  extern "C" __global__ void __launch_bounds__(kThreads<WIDTH>, 1)                                 \
      weights_mix_spans_##TYPE##_x##WIDTH(                                                         \
          const int* __restrict__ spans, const float4* __restrict__ coefficients,                  \
          const int* __restrict__ order, const T* __restrict__ p, T* __restrict__ w,               \
          long long batch, int n, long long length) {                                              \
    mix_spans<T, WIDTH>(spans, coefficients, order, p, w, batch, n, length);                       \
  }                                                                                                \
  extern "C" __global__ void __launch_bounds__(kThreads<WIDTH>, 1)                                 \
      weights_mix_spans_backward_##TYPE##_x##WIDTH(                                                \
          const float4* __restrict__ coefficients, const int* __restrict__ order,                  \
          const int* __restrict__ starts, const T* __restrict__ dw, T* __restrict__ dp, int spans, \
          int n, long long length, int basis_per_block) {                                          \
    mix_spans_backward<T, WIDTH>(coefficients, order, starts, dw, dp, spans, n, length,            \
                                 basis_per_block);                                                 \
  }                                                                                                \
  WEIGHTS_BACKWARD(T, TYPE, WIDTH, 1)                                                              \
  WEIGHTS_BACKWARD(T, TYPE, WIDTH, 2)                                                              \
  WEIGHTS_BACKWARD(T, TYPE, WIDTH, 3)                                                              \
  WEIGHTS_BACKWARD(T, TYPE, WIDTH, 4)                                                              \
  WEIGHTS_BACKWARD(T, TYPE, WIDTH, 8)                                                              \
  WEIGHTS_BACKWARD(T, TYPE, WIDTH, 16)

WEIGHTS(float, f32, 1)
WEIGHTS(float, f32, 4)
WEIGHTS(bf16, bf16, 1)
WEIGHTS(bf16, bf16, 8)

#define WEIGHTS_SUM_SPLITS(T, TYPE)                                                             \
  extern "C" __global__ void __launch_bounds__(kThreads<1>, 1) weights_sum_splits_##TYPE(       \
      const float* __restrict__ partial, T* __restrict__ target, long long count, int splits) { \
    sum_splits(partial, target, count, splits);                                                 \
  }

WEIGHTS_SUM_SPLITS(float, f32)
WEIGHTS_SUM_SPLITS(bf16, bf16)

}  // namespace loxodrome
