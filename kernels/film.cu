// Feature-wise linear modulation: each channel of each example has a gain and a shift of its own.
//
//   y_rj = (1 + g_r) x_rj + b_r
//
//   dx_rj = (1 + g_r) dy_rj      dg_r = sum_j dy_rj x_rj      db_r = sum_j dy_rj
//
// for rows r, channels of all examples, and positions j < length. dx may be null: nobody needs it.
// Sums are always added up in the same order, which depends on length and on the entry alone.
//
// Layouts, all float: x, y, dy and dx rows x length; g, b, dg and db rows. What is written must not
// overlap anything else.
//
// Alignment: _x4 moves 16 bytes at a time, and needs x, y, dy and dx at multiples of 16 bytes and
// length a multiple of 4. _x1 takes any address of a float.
//
// Ideal traffic in words: forward x + y, backward x + dy + dx, and two for each row.
//
// Launch: the grid of slices.cuh. Forward a slice is a row, its items are the row's accesses.
// Backward a slice is a row of one item, for a team of `team` threads, a power of two up to 32. At
// most kThreads threads per block.

#include "common.cuh"
#include "slices.cuh"

namespace loxodrome {
namespace film {

constexpr int kThreads = 256;

template <int kWidth>
__device__ void forward(const float* __restrict__ x, const float* __restrict__ gains,
                        const float* __restrict__ shifts, float* __restrict__ y, long long rows,
                        int length, int per_block, long long rounds, int extra) {
  const int items = length / kWidth;
  const Slices slices(threadIdx.x, blockDim.x, items, per_block, rounds, extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long row = slices.slice(round, rows);
    if (row >= rows) break;
    const float scale = 1.0f + gains[row];
    const float shift = shifts[row];
    for (int item = slices.first + slices.offset; item < items; item += slices.step) {
      const long long at = row * length + item * kWidth;
      auto held = Vector<float, kWidth>::load(x + at);
#pragma unroll
      for (int j = 0; j < kWidth; ++j) held.value[j] = fmaf(scale, held.value[j], shift);
      held.store(y + at);
    }
  }
}

struct Sums {
  float gain = 0.0f;
  float shift = 0.0f;

  // Over a team's threads; all threads of a warp come here.
  __device__ void join(int team) {
    for (int lanes = team / 2; lanes > 0; lanes /= 2) {
      gain += __shfl_xor_sync(0xffffffffu, gain, lanes);
      shift += __shfl_xor_sync(0xffffffffu, shift, lanes);
    }
  }
};

// Goes through one of `threads` shares of a row: one vector in `threads`.
template <int kWidth>
__device__ Sums pass_share(const float* x, const float* dy, float* dx, float scale, int length,
                           int thread, int threads) {
  Sums sums;
#pragma unroll 2
  for (int j = thread * kWidth; j < length; j += threads * kWidth) {
    const auto inputs = Vector<float, kWidth>::load(x + j);
    auto gradients = Vector<float, kWidth>::load(dy + j);
#pragma unroll
    for (int i = 0; i < kWidth; ++i) {
      sums.gain = fmaf(gradients.value[i], inputs.value[i], sums.gain);
      sums.shift += gradients.value[i];
      gradients.value[i] *= scale;
    }
    if (dx != nullptr) gradients.store(dx + j);
  }
  return sums;
}

template <int kWidth>
__device__ void backward(const float* __restrict__ x, const float* __restrict__ gains,
                         const float* __restrict__ dy, float* __restrict__ dx,
                         float* __restrict__ gain_gradient, float* __restrict__ shift_gradient,
                         long long rows, int length, int team, int per_block, long long rounds,
                         int extra) {
  const int worker = threadIdx.x / team;
  const int thread = threadIdx.x - worker * team;
  const Slices slices(worker, blockDim.x / team, 1, per_block, rounds, extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long row = slices.slice(round, rows);
    const bool has_row = slices.offset == 0 && row < rows;
    Sums sums;
    if (has_row) {
      const long long at = row * length;
      sums = pass_share<kWidth>(x + at, dy + at, dx == nullptr ? nullptr : dx + at,
                                1.0f + gains[row], length, thread, team);
    }
    sums.join(team);
    if (has_row && thread == 0) {
      gain_gradient[row] = sums.gain;
      shift_gradient[row] = sums.shift;
    }
  }
}

}  // namespace film

using namespace film;

#define FILM(WIDTH)                                                                             \
  extern "C" __global__ void __launch_bounds__(kThreads) film_forward_x##WIDTH(                 \
      const float* __restrict__ x, const float* __restrict__ gains,                             \
      const float* __restrict__ shifts, float* __restrict__ y, long long rows, int length,      \
      int per_block, long long rounds, int extra) {                                             \
    forward<WIDTH>(x, gains, shifts, y, rows, length, per_block, rounds, extra);                \
  }                                                                                             \
  extern "C" __global__ void __launch_bounds__(kThreads) film_backward_x##WIDTH(                \
      const float* __restrict__ x, const float* __restrict__ gains,                             \
      const float* __restrict__ dy, float* __restrict__ dx, float* __restrict__ gain_gradient,  \
      float* __restrict__ shift_gradient, long long rows, int length, int team, int per_block,  \
      long long rounds, int extra) {                                                            \
    backward<WIDTH>(x, gains, dy, dx, gain_gradient, shift_gradient, rows, length, team,        \
                    per_block, rounds, extra);                                                  \
  }

FILM(1)
FILM(4)

}  // namespace loxodrome
