// What stands around cuBLAS in the layerwise metric M = mu D + K K^T, for columns u_ia of the
// output factor: q of them for each of B examples.
//
//   hadamard_gram       S[(i, a)][(j, b)] = X[i][j] M[i][j] U[(i, a)][(j, b)] / B,
//                                           and mu more where (i, a) = (j, b)
//   hadamard_gram_add   S[(i, a)][(j, b)] += X[i][j] M[i][j] U[(i, a)][(j, b)] / B
//   combine_columns     V[i] = factor sum_a w[i][a] u[i][a]         the inner half of K w
//   project_columns     t[i][a] = factor u[i][a] . T[i]             the inner half of K^T g
//
// X = x x^T holds the inner products of the layer's inputs, U = u u^T those of the columns, and
// M = A Q A^T those of the coefficients on a weight manifold; where M is null it is all ones.
// Every sum has one order, so that a result has the same bits every time; S is as symmetric as
// X, M and U are.
//
// Layouts, all float, row-major and contiguous: X and M B x B, U and S (B q) x (B q), u B x q x O,
// w and t B x q, V and T B x O; 4-byte aligned. S may be U itself in hadamard_gram. Entries _x4 use
// 16 bytes at once of S and U (16-byte aligned, B q a multiple of 4), or of u, V and T (16-byte
// aligned, O a multiple of 4).
//
// Ideal traffic in words: hadamard_gram 2 (B q)^2 + B^2, and B^2 for M; hadamard_gram_add
// (B q)^2 more; combine_columns and project_columns B q O + B O + B q.

#include "common.cuh"
#include "slices.cuh"

namespace loxodrome {
namespace {

constexpr int kThreads = 256;
constexpr int kRows = 4;  // that a thread loads of a large array before it uses the first
constexpr unsigned kAllLanes = 0xffffffffu;

// kCount rows of S from the same rows of U, kWidth neighbouring columns of them: all loads before
// the first store, which may go to the same address. diagonal: which of the columns is the
// diagonal's in the first row.
template <int kWidth, int kCount, bool kAdd>
__device__ void weigh_rows(const float* gram, float* s, const float (&weight)[kWidth], float mu,
                           int diagonal, int size) {
  using Words = Vector<float, kWidth>;
  Words value[kCount];
  Words before[kCount];
#pragma unroll
  for (int r = 0; r < kCount; ++r) {
    value[r] = Words::load(gram + static_cast<long long>(r) * size);
    if constexpr (kAdd) before[r] = Words::load(s + static_cast<long long>(r) * size);
  }
#pragma unroll
  for (int r = 0; r < kCount; ++r) {
#pragma unroll
    for (int m = 0; m < kWidth; ++m) {
      float start;
      if constexpr (kAdd) {
        start = before[r].value[m];
      } else {
        start = diagonal + r == m ? mu : 0.0f;
      }
      value[r].value[m] = fmaf(weight[m], value[r].value[m], start);
    }
    value[r].store(s + static_cast<long long>(r) * size);
  }
}

// A slice is the q rows of one example. No restrict: gram and s may be one array.
template <int kWidth, bool kAdd>
__device__ void hadamard_gram(const float* __restrict__ inputs, const float* __restrict__ mixing,
                              const float* gram, float* s, float factor, float mu, int batch,
                              int columns, int per_block, long long rounds, int extra) {
  const int size = batch * columns;
  const int items = size / kWidth;
  const Slices slices(threadIdx.x, blockDim.x, items, per_block, rounds, extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long i = slices.slice(round, batch);
    if (i >= batch) break;
    for (int item = slices.first + slices.offset; item < items; item += slices.step) {
      const int first = item * kWidth;
      int j = static_cast<unsigned>(first) / static_cast<unsigned>(columns);
      int column = first - j * columns;
      float weight[kWidth];
#pragma unroll
      for (int m = 0; m < kWidth; ++m) {
        const long long pair = i * batch + j;
        weight[m] = factor * inputs[pair];
        if (mixing != nullptr) weight[m] *= mixing[pair];
        const bool wraps = ++column == columns;
        j += wraps ? 1 : 0;
        column = wraps ? 0 : column;
      }
      int row = static_cast<int>(i) * columns;
      const int end = row + columns;
      long long at = static_cast<long long>(row) * size + first;
#pragma unroll 1
      for (; row + kRows <= end; row += kRows) {
        weigh_rows<kWidth, kRows, kAdd>(gram + at, s + at, weight, mu, row - first, size);
        at += static_cast<long long>(kRows) * size;
      }
#pragma unroll 1
      for (; row < end; ++row) {
        weigh_rows<kWidth, 1, kAdd>(gram + at, s + at, weight, mu, row - first, size);
        at += size;
      }
    }
  }
}

// A slice is an example.
template <int kWidth>
__device__ void combine_columns(const float* __restrict__ columns,
                                const float* __restrict__ weights, float* __restrict__ combined,
                                float factor, long long batch, int count, int outputs,
                                int per_block, long long rounds, int extra) {
  using Words = Vector<float, kWidth>;
  const int items = outputs / kWidth;
  const Slices slices(threadIdx.x, blockDim.x, items, per_block, rounds, extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long i = slices.slice(round, batch);
    if (i >= batch) break;
    for (int item = slices.first + slices.offset; item < items; item += slices.step) {
      const float* from = columns + i * count * outputs + item * kWidth;
      const float* weight = weights + i * count;
      Words sum;
#pragma unroll
      for (int m = 0; m < kWidth; ++m) sum.value[m] = 0.0f;
#pragma unroll 4
      for (int a = 0; a < count; ++a) {
        const Words column = Words::load(from + static_cast<long long>(a) * outputs);
        const float scaled = factor * weight[a];
#pragma unroll
        for (int m = 0; m < kWidth; ++m) {
          sum.value[m] = fmaf(scaled, column.value[m], sum.value[m]);
        }
      }
      sum.store(combined + i * outputs + item * kWidth);
    }
  }
}

template <int kWidth>
__device__ float dot(const Vector<float, kWidth>& a, const Vector<float, kWidth>& b, float sum) {
#pragma unroll
  for (int m = 0; m < kWidth; ++m) sum = fmaf(a.value[m], b.value[m], sum);
  return sum;
}

// A slice is an example, its items are its columns, a worker is a team of 1, 2, 4, ... or 32
// lanes. All threads of a block stay together: lanes without a column add up nothing.
template <int kWidth>
__device__ void project_columns(const float* __restrict__ columns,
                                const float* __restrict__ targets, float* __restrict__ projected,
                                float factor, long long batch, int count, int outputs, int team,
                                int per_block, long long rounds, int extra) {
  using Words = Vector<float, kWidth>;
  constexpr int kInFlight = 4;
  const int words = outputs / kWidth;
  const int lane = threadIdx.x & (team - 1);
  const Slices slices(threadIdx.x / team, blockDim.x / team, count, per_block, rounds, extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long i = slices.slice(round, batch);
    for (int first = slices.first; first < count; first += slices.step) {
      const int a = first + slices.offset;
      const bool mine = i < batch && a < count;
      float sum = 0.0f;
      if (mine) {
        const float* u = columns + (i * count + a) * outputs;
        const float* t = targets + i * outputs;
        int word = lane;
        for (; word + (kInFlight - 1) * team < words; word += kInFlight * team) {
          Words left[kInFlight];
          Words right[kInFlight];
#pragma unroll
          for (int r = 0; r < kInFlight; ++r) {
            left[r] = Words::load(u + (word + r * team) * kWidth);
            right[r] = Words::load(t + (word + r * team) * kWidth);
          }
#pragma unroll
          for (int r = 0; r < kInFlight; ++r) sum = dot(left[r], right[r], sum);
        }
        for (; word < words; word += team) {
          sum = dot(Words::load(u + word * kWidth), Words::load(t + word * kWidth), sum);
        }
      }
      for (int distance = team / 2; distance > 0; distance /= 2) {
        sum += __shfl_xor_sync(kAllLanes, sum, distance);
      }
      if (mine && lane == 0) projected[i * count + a] = factor * sum;
    }
  }
}

}  // namespace
}  // namespace loxodrome

// per_block, rounds and extra as in slices.cuh. Launch: blocks of at most kThreads threads, whole
// warps.

#define LOXODROME_HADAMARD_GRAM(width)                                                           \
  extern "C" __global__ void __launch_bounds__(loxodrome::kThreads, 4) hadamard_gram_x##width(   \
      const float* inputs, const float* mixing, const float* gram, float* s, float factor,       \
      float mu, int batch, int columns, int per_block, long long rounds, int extra) {            \
    loxodrome::hadamard_gram<width, false>(inputs, mixing, gram, s, factor, mu, batch, columns,  \
                                           per_block, rounds, extra);                            \
  }                                                                                              \
  extern "C" __global__ void __launch_bounds__(loxodrome::kThreads) hadamard_gram_add_x##width(  \
      const float* inputs, const float* mixing, const float* gram, float* s, float factor,       \
      int batch, int columns, int per_block, long long rounds, int extra) {                      \
    loxodrome::hadamard_gram<width, true>(inputs, mixing, gram, s, factor, 0.0f, batch, columns, \
                                          per_block, rounds, extra);                             \
  }

LOXODROME_HADAMARD_GRAM(1)
LOXODROME_HADAMARD_GRAM(4)

// count is q, outputs is O.
#define LOXODROME_COLUMNS(width)                                                                 \
  extern "C" __global__ void __launch_bounds__(loxodrome::kThreads) combine_columns_x##width(    \
      const float* columns, const float* weights, float* combined, float factor, long long batch,\
      int count, int outputs, int per_block, long long rounds, int extra) {                      \
    loxodrome::combine_columns<width>(columns, weights, combined, factor, batch, count, outputs, \
                                      per_block, rounds, extra);                                 \
  }                                                                                              \
  extern "C" __global__ void __launch_bounds__(loxodrome::kThreads) project_columns_x##width(    \
      const float* columns, const float* targets, float* projected, float factor,                \
      long long batch, int count, int outputs, int team, int per_block, long long rounds,        \
      int extra) {                                                                               \
    loxodrome::project_columns<width>(columns, targets, projected, factor, batch, count, outputs,\
                                      team, per_block, rounds, extra);                           \
  }

LOXODROME_COLUMNS(1)
LOXODROME_COLUMNS(4)
