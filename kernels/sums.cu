// Sums over rows, through a mask where there is one: a bias's gradient out of a layer's.
//
//   result_r = sum_j d_rj [z_rj > 0]      or without the mask, where z is null
//
// for rows r, j < length. [true] = 1, [false] = 0; what is behind a z of NaN does not count. Always
// added up in the same order, which depends on length and on the entry alone.
//
// Layouts, all float: d and z rows x length, result rows. result must not overlap d or z.
//
// Alignment: _x4 moves 16 bytes at a time, and needs d and z at multiples of 16 bytes and length a
// multiple of 4. _x1 takes any address of a float.
//
// Ideal traffic in words: d + result, and z.
//
// Launch: sums_rows has teams of `team` threads, a power of two up to 32, for a row each, and the
// grid of slices.cuh, where a slice is a row of one item; sums_long has a block of kLongThreads for
// a row, and any number of blocks.

#include "common.cuh"
#include "slices.cuh"

namespace loxodrome {
namespace sums {

constexpr int kThreads = 256;
constexpr int kLongThreads = 512;
constexpr int kLongWarps = kLongThreads / 32;

// Vectors of d, and as many of z, that a thread has in flight.
template <int kWidth>
constexpr int kVectorsInFlight = kWidth == 1 ? 4 : 2;

// The sum over kVectors vectors, `step` numbers apart; all loads come before the first use.
template <int kWidth, int kVectors>
__device__ float sum_vectors(const float* d, const float* z, long long step) {
  Vector<float, kWidth> held[kVectors];
#pragma unroll
  for (int v = 0; v < kVectors; ++v) held[v] = Vector<float, kWidth>::load(d + v * step);
  if (z != nullptr) {
    Vector<float, kWidth> mask[kVectors];
#pragma unroll
    for (int v = 0; v < kVectors; ++v) mask[v] = Vector<float, kWidth>::load(z + v * step);
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
#pragma unroll
      for (int j = 0; j < kWidth; ++j) {
        held[v].value[j] = mask[v].value[j] > 0.0f ? held[v].value[j] : 0.0f;
      }
    }
  }
  float sum = 0.0f;
#pragma unroll
  for (int v = 0; v < kVectors; ++v) {
#pragma unroll
    for (int j = 0; j < kWidth; ++j) sum += held[v].value[j];
  }
  return sum;
}

// What one of `threads` threads adds up of a row: one vector in `threads`.
template <int kWidth>
__device__ float sum_share(const float* d, const float* z, long long length, int thread,
                           int threads) {
  constexpr int kMost = kVectorsInFlight<kWidth>;
  const long long step = threads * kWidth;
  long long j = thread * kWidth;
  float sum = 0.0f;
#pragma unroll 1
  for (; j + (kMost - 1) * step < length; j += kMost * step) {
    sum += sum_vectors<kWidth, kMost>(d + j, z == nullptr ? nullptr : z + j, step);
  }
#pragma unroll 1
  for (; j < length; j += step) {
    sum += sum_vectors<kWidth, 1>(d + j, z == nullptr ? nullptr : z + j, step);
  }
  return sum;
}

// The sum over a team's threads; all threads of a warp come here.
__device__ inline float sum_team(float sum, int team) {
  for (int lanes = team / 2; lanes > 0; lanes /= 2) {
    sum += __shfl_xor_sync(0xffffffffu, sum, lanes);
  }
  return sum;
}

template <int kWidth>
__device__ void sum_rows(const float* __restrict__ d, const float* __restrict__ z,
                         float* __restrict__ result, long long rows, long long length, int team,
                         int per_block, long long rounds, int extra) {
  const int worker = threadIdx.x / team;
  const int thread = threadIdx.x - worker * team;
  const Slices slices(worker, blockDim.x / team, 1, per_block, rounds, extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long row = slices.slice(round, rows);
    const bool has_row = slices.offset == 0 && row < rows;
    float sum = 0.0f;
    if (has_row) {
      const long long at = row * length;
      sum = sum_share<kWidth>(d + at, z == nullptr ? nullptr : z + at, length, thread, team);
    }
    sum = sum_team(sum, team);
    if (has_row && thread == 0) result[row] = sum;
  }
}

template <int kWidth>
__device__ void sum_long(const float* __restrict__ d, const float* __restrict__ z,
                         float* __restrict__ result, long long rows, long long length,
                         float (&warp_sums)[kLongWarps]) {
  for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
    const long long at = row * length;
    const float share = sum_share<kWidth>(d + at, z == nullptr ? nullptr : z + at, length,
                                          threadIdx.x, kLongThreads);
    const float warp_sum = sum_team(share, 32);
    if (threadIdx.x % 32 == 0) warp_sums[threadIdx.x / 32] = warp_sum;
    __syncthreads();  // all warps' sums are there
    if (threadIdx.x < 32) {
      const float sum =
          sum_team(threadIdx.x < kLongWarps ? warp_sums[threadIdx.x] : 0.0f, kLongWarps);
      if (threadIdx.x == 0) result[row] = sum;
    }
    __syncthreads();  // and may be overwritten
  }
}

}  // namespace sums

using namespace sums;

#define SUMS(WIDTH)                                                                            \
  extern "C" __global__ void __launch_bounds__(kThreads) sums_rows_x##WIDTH(                   \
      const float* __restrict__ d, const float* __restrict__ z, float* __restrict__ result,    \
      long long rows, long long length, int team, int per_block, long long rounds, int extra) { \
    sum_rows<WIDTH>(d, z, result, rows, length, team, per_block, rounds, extra);               \
  }                                                                                            \
  extern "C" __global__ void __launch_bounds__(kLongThreads) sums_long_x##WIDTH(               \
      const float* __restrict__ d, const float* __restrict__ z, float* __restrict__ result,    \
      long long rows, long long length) {                                                      \
    __shared__ float warp_sums[kLongWarps];                                                    \
    sum_long<WIDTH>(d, z, result, rows, length, warp_sums);                                    \
  }

SUMS(1)
SUMS(4)

}  // namespace loxodrome
