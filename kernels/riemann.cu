// What stands around cuBLAS in the layerwise metric M = mu D + K K^T: q probes of each of B examples
// give K its N = q B columns, column r being probe r / B of example r % B.
//
//   gram_add            S[r][c] += factor (X[i][j] + square) U[r][c]     i = r % B, j = c % B
//   gram_mix            S[r][c] *= M[i][j]
//   gram_mirror         S[c][r] = S[r][c]
//   combine_columns     V[i] = factor sum_a w[i][a] u[i][a]         the inner half of K w
//   project_columns     t[i][a] = factor u[i][a] . T[i]             the inner half of K^T g
//
// The first three for c <= r alone: of S, U and what they stand for only the lower triangle counts.
// X = x x^T holds the inner products of the layer's inputs, without which (null) the factor alone
// counts, U = u u^T those of the columns, M = A Q A^T those of the coefficients on a weight manifold.
// Every sum has one order, so that a result has the same bits every time.
//
// Layouts, all float, row-major and contiguous: X and M B x B, U and S N x N; 4-byte aligned. In
// the last two q columns of an example lie side by side: u B x q x O, w and t B x q, V and T B x O;
// 4-byte aligned, for entries _x4 16-byte aligned and O a multiple of 4.
//
// Ideal traffic in words, N' = N (N + 1) / 2: gram_add 3 N' + B^2, gram_mix 2 N' + B^2, gram_mirror
// N^2; combine_columns and project_columns B q O + B O + B q.
//
// Launch: gram_add and gram_mix any number of blocks, which walk over rows; gram_mirror any number,
// which walk over tiles.

#include "common.cuh"
#include "slices.cuh"

namespace loxodrome {
namespace {

constexpr int kThreads = 256;
constexpr unsigned kAllLanes = 0xffffffffu;

constexpr int kTile = 32;
constexpr int kTilePitch = kTile + 1;  // so that a column of a tile is in as many banks
constexpr int kTileRows = kThreads / kTile;

// A block takes a row at a time.
__device__ void gram_add(const float* __restrict__ inputs, const float* __restrict__ products,
                         float* __restrict__ s, float factor, float square, int batch, int size) {
  for (int row = blockIdx.x; row < size; row += gridDim.x) {
    const long long at = static_cast<long long>(row) * size;
    const long long pairs = static_cast<long long>(row % batch) * batch;
#pragma unroll 4
    for (int column = threadIdx.x; column <= row; column += kThreads) {
      float weight = factor;
      if (inputs != nullptr) weight *= inputs[pairs + column % batch] + square;
      s[at + column] = fmaf(weight, products[at + column], s[at + column]);
    }
  }
}

__device__ void gram_mix(const float* __restrict__ mixing, float* __restrict__ s, int batch,
                         int size) {
  for (int row = blockIdx.x; row < size; row += gridDim.x) {
    const long long at = static_cast<long long>(row) * size;
    const long long pairs = static_cast<long long>(row % batch) * batch;
#pragma unroll 4
    for (int column = threadIdx.x; column <= row; column += kThreads) {
      s[at + column] *= mixing[pairs + column % batch];
    }
  }
}

// A block takes a tile of the lower triangle at a time, and writes its mirror image.
__device__ void gram_mirror(float* s, int size, float (&tile)[kTile * kTilePitch]) {
  const int x = threadIdx.x % kTile;
  const int tiles = (size + kTile - 1) / kTile;
  const long long all = static_cast<long long>(tiles) * tiles;
  for (long long t = blockIdx.x; t < all; t += gridDim.x) {
    const int down = static_cast<int>(t / tiles) * kTile;
    const int across = static_cast<int>(t % tiles) * kTile;
    if (across > down) continue;
    for (int y = threadIdx.x / kTile; y < kTile; y += kTileRows) {
      const int row = down + y;
      const int column = across + x;
      if (row < size && column < row) {
        tile[y * kTilePitch + x] = s[static_cast<long long>(row) * size + column];
      }
    }
    __syncthreads();  // the tile is there
    for (int y = threadIdx.x / kTile; y < kTile; y += kTileRows) {
      const int row = across + y;
      const int column = down + x;
      if (column < size && row < column) {
        s[static_cast<long long>(row) * size + column] = tile[x * kTilePitch + y];
      }
    }
    __syncthreads();  // and may be overwritten
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

// Blocks of kThreads threads; where per_block, rounds and extra are as in slices.cuh, of at most as
// many, whole warps.

extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)
    gram_add(const float* inputs, const float* products, float* s, float factor, float square,
             int batch, int size) {
  loxodrome::gram_add(inputs, products, s, factor, square, batch, size);
}

extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)
    gram_mix(const float* mixing, float* s, int batch, int size) {
  loxodrome::gram_mix(mixing, s, batch, size);
}

extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)
    gram_mirror(float* s, int size) {
  __shared__ float tile[loxodrome::kTile * loxodrome::kTilePitch];
  loxodrome::gram_mirror(s, size, tile);
}

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
