// How the mixing kernels share out work among blocks and put partial sums together.
#pragma once

#include "common.cuh"

namespace loxodrome {

// The (tile, row) items of this block: an even share of them in one run, the row running fastest. A
// block so stays on one tile of columns for many rows, and finds what they share in its L1.
struct Walk {
  long long left;
  long long tile;
  long long row;

  __device__ Walk(long long tiles, long long rows) {
    const long long share = (tiles * rows - 1) / gridDim.x + 1;
    const long long first = blockIdx.x * share;
    left = min(share, tiles * rows - first);
    tile = first / rows;
    row = first - tile * rows;
  }

  __device__ void next(long long rows) {
    --left;
    if (++row == rows) {
      row = 0;
      ++tile;
    }
  }
};

// A number the compiler knows, as an argument.
template <int kValue>
struct Constant {
  static constexpr int value = kValue;
};

// Calls body(Constant<vectors>, column) for the columns of this thread in a tile that starts at
// `begin`: once for all kVectors vectors, blockDim.x apart, where the tile lies before `end`, else
// for each vector that does.
template <int kWidth, int kVectors, typename Index, typename Body>
__device__ void for_columns(Index begin, Index end, const Body& body) {
  const Index step = blockDim.x * kWidth;
  const Index column = begin + threadIdx.x * kWidth;
  if constexpr (kVectors == 1) {
    if (column < end) body(Constant<1>(), column);
  } else if (begin + step * kVectors <= end) {
    body(Constant<kVectors>(), column);
  } else {
#pragma unroll 1
    for (Index c = column; c < end; c += step) body(Constant<1>(), c);
  }
}

// target_j = sum_s partial_sj, in the order of s: the second pass of a sum that was split.
// partial is splits x count.
template <typename T>
__device__ void sum_splits(const float* __restrict__ partial, T* __restrict__ target,
                           long long count, int splits) {
  const long long stride = static_cast<long long>(gridDim.x) * blockDim.x;
  for (long long j = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x; j < count;
       j += stride) {
    float sum = 0.0f;
#pragma unroll 8
    for (int s = 0; s < splits; ++s) sum += partial[s * count + j];
    target[j] = narrow<T>(sum);
  }
}

}  // namespace loxodrome
