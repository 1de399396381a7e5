// What is done to each number of an array by itself, and the exchange of two axes.
//
//   fill           x_j = value
//   add_scaled     y_j = y_j + factor x_j
//   relu           y_j = max(x_j, 0)
//   relu_backward  dx_j = dy_j [y_j > 0]
//   swap_axes      target_tsl = source_stl
//
// for j < count; s < first, t < second, l < length. [true] = 1, [false] = 0. A NaN goes through
// relu, -0 does not; what is behind a y of NaN gets no gradient.
//
// Layouts, all float: arrays of count numbers; source first x second x length, target second x
// first x length. y may be x in relu, dx may be dy in relu_backward; no other array may overlap one
// that is written.
//
// Alignment: _x4 moves 16 bytes at a time and needs all arrays at multiples of 16 bytes, and in
// swap_axes length a multiple of 4. Elsewhere up to three numbers at the end are moved one by one.
// _x1 takes any address of a float.
//
// Ideal traffic in words per number: fill 1, add_scaled 3, relu 2, relu_backward 3, swap_axes 2.
// swap_axes writes in order and reads runs of `length`; short ones cost a sector each.

#include "common.cuh"
#include "slices.cuh"
#include "walk.cuh"

namespace loxodrome {
namespace elementwise {

constexpr int kThreads = 256;

// So that a thread has 64 bytes in flight, or 32 one by one, in one array or in two.
template <int kWidth, int kArrays>
constexpr int kVectorsInFlight = kWidth == 1 ? 8 / kArrays : 4 / kArrays;

// kVectors vectors of an array that lie blockDim.x vectors apart.
template <int kWidth, int kVectors>
struct Strided {
  Vector<float, kWidth> vector[kVectors];

  __device__ static Strided load(const float* from) {
    Strided strided;
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
      strided.vector[v] = Vector<float, kWidth>::load(from + v * (blockDim.x * kWidth));
    }
    return strided;
  }

  __device__ void store(float* to) const {
#pragma unroll
    for (int v = 0; v < kVectors; ++v) vector[v].store(to + v * (blockDim.x * kWidth));
  }

  // Calls body(value) for each number.
  template <typename Body>
  __device__ void for_each(const Body& body) {
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
#pragma unroll
      for (int j = 0; j < kWidth; ++j) body(vector[v].value[j]);
    }
  }

  // Calls body(value, other's value) for each number.
  template <typename Body>
  __device__ void for_each_with(const Strided& other, const Body& body) {
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
#pragma unroll
      for (int j = 0; j < kWidth; ++j) body(vector[v].value[j], other.vector[v].value[j]);
    }
  }
};

// Calls body(Constant<width>, Constant<vectors>, j) for what this thread has of `count` numbers.
template <int kWidth, int kVectors, typename Body>
__device__ void for_numbers(long long count, const Body& body) {
  const long long tile = kThreads * kWidth * kVectors;
  const long long end = count / kWidth * kWidth;
  for (long long begin = blockIdx.x * tile; begin < end; begin += gridDim.x * tile) {
    for_columns<kWidth, kVectors>(begin, end, [&](auto vectors, long long j) {
      body(Constant<kWidth>(), vectors, j);
    });
  }
  if constexpr (kWidth > 1) {
    const long long rest = end + threadIdx.x;
    if (blockIdx.x == 0 && rest < count) body(Constant<1>(), Constant<1>(), rest);
  }
}

template <int kWidth>
__device__ void fill(float* x, long long count, float value) {
  constexpr int kMost = kVectorsInFlight<kWidth, 1>;
  for_numbers<kWidth, kMost>(count, [&](auto width, auto vectors, long long j) {
    Strided<decltype(width)::value, decltype(vectors)::value> filled;
    filled.for_each([&](float& number) { number = value; });
    filled.store(x + j);
  });
}

template <int kWidth>
__device__ void add_scaled(float* y, float factor, const float* __restrict__ x, long long count) {
  constexpr int kMost = kVectorsInFlight<kWidth, 2>;
  for_numbers<kWidth, kMost>(count, [&](auto width, auto vectors, long long j) {
    using Numbers = Strided<decltype(width)::value, decltype(vectors)::value>;
    Numbers sum = Numbers::load(y + j);
    const Numbers added = Numbers::load(x + j);
    sum.for_each_with(added, [&](float& number, float by) { number = fmaf(factor, by, number); });
    sum.store(y + j);
  });
}

template <int kWidth>
__device__ void relu(const float* x, float* y, long long count) {
  constexpr int kMost = kVectorsInFlight<kWidth, 1>;
  for_numbers<kWidth, kMost>(count, [&](auto width, auto vectors, long long j) {
    using Numbers = Strided<decltype(width)::value, decltype(vectors)::value>;
    Numbers numbers = Numbers::load(x + j);
    numbers.for_each([](float& number) { number = number <= 0.0f ? 0.0f : number; });
    numbers.store(y + j);
  });
}

template <int kWidth>
__device__ void relu_backward(const float* __restrict__ y, const float* dy, float* dx,
                              long long count) {
  constexpr int kMost = kVectorsInFlight<kWidth, 2>;
  for_numbers<kWidth, kMost>(count, [&](auto width, auto vectors, long long j) {
    using Numbers = Strided<decltype(width)::value, decltype(vectors)::value>;
    Numbers gradient = Numbers::load(dy + j);
    const Numbers output = Numbers::load(y + j);
    gradient.for_each_with(
        output, [](float& number, float at) { number = at > 0.0f ? number : 0.0f; });
    gradient.store(dx + j);
  });
}

// A slice is a run of `length` numbers, counted as they are written.
template <int kWidth>
__device__ void swap_axes(const float* __restrict__ source, float* __restrict__ target, int first,
                          int second, int length, int per_block, long long rounds, int extra) {
  const long long runs = static_cast<long long>(first) * second;
  const int items = length / kWidth;
  const Slices slices(threadIdx.x, blockDim.x, items, per_block, rounds, extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long run = slices.slice(round, runs);
    if (run >= runs) break;
    const long long t = run / first;
    const long long s = run - t * first;
    const float* from = source + (s * second + t) * length;
    float* to = target + run * length;
#pragma unroll 4
    for (int item = slices.first + slices.offset; item < items; item += slices.step) {
      Vector<float, kWidth>::load(from + item * kWidth).store(to + item * kWidth);
    }
  }
}

}  // namespace elementwise

using namespace elementwise;

// Launch: any number of 1-D blocks of kThreads; swap_axes as slices.cuh has it, of at most that.
#define ELEMENTWISE(WIDTH)                                                                       \
  extern "C" __global__ void __launch_bounds__(kThreads)                                         \
      elementwise_fill_x##WIDTH(float* x, long long count, float value) {                        \
    fill<WIDTH>(x, count, value);                                                                \
  }                                                                                              \
  extern "C" __global__ void __launch_bounds__(kThreads) elementwise_add_scaled_x##WIDTH(        \
      float* y, float factor, const float* __restrict__ x, long long count) {                    \
    add_scaled<WIDTH>(y, factor, x, count);                                                      \
  }                                                                                              \
  extern "C" __global__ void __launch_bounds__(kThreads)                                         \
      elementwise_relu_x##WIDTH(const float* x, float* y, long long count) {                     \
    relu<WIDTH>(x, y, count);                                                                    \
  }                                                                                              \
  extern "C" __global__ void __launch_bounds__(kThreads) elementwise_relu_backward_x##WIDTH(     \
      const float* __restrict__ y, const float* dy, float* dx, long long count) {                \
    relu_backward<WIDTH>(y, dy, dx, count);                                                      \
  }                                                                                              \
  extern "C" __global__ void __launch_bounds__(kThreads) elementwise_swap_axes_x##WIDTH(         \
      const float* __restrict__ source, float* __restrict__ target, int first, int second,       \
      int length, int per_block, long long rounds, int extra) {                                  \
    swap_axes<WIDTH>(source, target, first, second, length, per_block, rounds, extra);           \
  }

ELEMENTWISE(1)
ELEMENTWISE(4)

}  // namespace loxodrome
