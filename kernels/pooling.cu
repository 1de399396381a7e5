// Pooling over square windows that do not overlap; incomplete ones, at the right and at the bottom,
// are left out.
//
//   maximum           y_prc = max_uv x_puv
//   maximum_backward  dx_puv = dy_prc where x_puv is the first maximum of its window in row order
//   average           y_prc = sum_uv x_puv / k^2
//   average_backward  dx_puv = dy_prc / k^2
//
// for planes p; u, v run over window (r, c): the rows r k to r k + k - 1 and the columns c k to
// c k + k - 1. dx is 0 elsewhere. A maximum is NaN if a number of its window is; where it stands is
// found with a NaN larger than nothing, so that a window's first number keeps its gradient if it is
// NaN.
//
// Layouts, all float: x and dx planes x H x W, y and dy planes x H/k x W/k, rounded down. What is
// written must not overlap anything else.
//
// Alignment: _k2_x2 is for k = 2 and W even, and needs x and dx at multiples of 8 bytes. _k2 and
// _k3 are for k = 2 and 3, _any is for any k; all these take any address of a float.
//
// Ideal traffic in words: maximum x + y, maximum_backward x + dy + dx, average x + y,
// average_backward dy + dx; what of x is in no window is not read. A worker has a window, backward
// also those that are cut off by the edge, so that x is read once and dx is written once.
//
// Launch: as slices.cuh has it, a slice is a plane; at most kThreads threads per block.

#include <climits>

#include "common.cuh"
#include "slices.cuh"

namespace loxodrome {
namespace pooling {

constexpr int kThreads = 256;
constexpr int kAnyWindow = 0;

// A thread has a small window, a warp has one of any size.
template <int kWindow>
constexpr int kLanes = kWindow == kAnyWindow ? 32 : 1;

struct Plane {
  int height;
  int width;
  int window;
};

// Calls body(u, v) for this thread's share of a window, in row order.
template <int kWindow, typename Body>
__device__ void for_places(int window, const Body& body) {
  if constexpr (kWindow == kAnyWindow) {
    const int lane = threadIdx.x % 32;
#pragma unroll 2
    for (int place = lane; place < window * window; place += 32) {
      const int u = place / window;
      body(u, place - u * window);
    }
  } else {
#pragma unroll
    for (int u = 0; u < kWindow; ++u) {
#pragma unroll
      for (int v = 0; v < kWindow; ++v) body(u, v);
    }
  }
}

// Calls body(number, u, v) for this thread's share of the window at `corner`, in row order.
template <int kWindow, int kWidth, typename Body>
__device__ void for_numbers(const float* corner, int width, int window, const Body& body) {
  if constexpr (kWidth == 2) {
    const float2 upper = *reinterpret_cast<const float2*>(corner);
    const float2 lower = *reinterpret_cast<const float2*>(corner + width);
    body(upper.x, 0, 0);
    body(upper.y, 0, 1);
    body(lower.x, 1, 0);
    body(lower.y, 1, 1);
  } else {
    for_places<kWindow>(window, [&](int u, int v) { body(corner[u * width + v], u, v); });
  }
}

struct Largest {
  float value = -INFINITY;

  // fmaxf takes 0 for larger than -0, and passes a NaN over.
  __device__ void add(float x) { value = x != x || value != value ? NAN : fmaxf(value, x); }

  template <int kLanes>
  __device__ float result(int) {
#pragma unroll
    for (int lanes = kLanes / 2; lanes > 0; lanes /= 2) {
      add(__shfl_xor_sync(0xffffffffu, value, lanes));
    }
    return value;
  }
};

struct Mean {
  float sum = 0.0f;

  __device__ void add(float x) { sum += x; }

  template <int kLanes>
  __device__ float result(int window) {
#pragma unroll
    for (int lanes = kLanes / 2; lanes > 0; lanes /= 2) {
      sum += __shfl_xor_sync(0xffffffffu, sum, lanes);
    }
    return sum / (static_cast<float>(window) * window);
  }
};

// Where the largest number stands, as u k + v.
struct Place {
  float best = -INFINITY;
  int place = INT_MAX;

  // The first number of all counts even if it is NaN.
  __device__ void add(float x, int at) {
    if (x > best || at == 0) {
      best = x;
      place = at;
    }
  }

  // That of all lanes: a NaN is the first number's.
  template <int kLanes>
  __device__ int result() {
#pragma unroll
    for (int lanes = kLanes / 2; lanes > 0; lanes /= 2) {
      const float other = __shfl_xor_sync(0xffffffffu, best, lanes);
      const int at = __shfl_xor_sync(0xffffffffu, place, lanes);
      if (other > best || other != other || (other == best && at < place)) {
        best = other;
        place = at;
      }
    }
    return place;
  }
};

template <typename Result, int kWindow, int kWidth>
__device__ void forward(const float* __restrict__ x, float* __restrict__ y, long long planes,
                        Plane plane, int per_block, long long rounds, int extra) {
  constexpr int kTeam = kLanes<kWindow>;
  const int window = kWindow == kAnyWindow ? plane.window : kWindow;
  const int columns = plane.width / window;
  const int items = plane.height / window * columns;
  const Slices slices(threadIdx.x / kTeam, blockDim.x / kTeam, items, per_block, rounds, extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long p = slices.slice(round, planes);
    if (p >= planes) break;
    const float* from = x + p * plane.height * plane.width;
    for (int item = slices.first + slices.offset; item < items; item += slices.step) {
      const int r = item / columns;
      const int c = item - r * columns;
      Result result;
      for_numbers<kWindow, kWidth>(from + r * window * plane.width + c * window, plane.width,
                                   window, [&](float number, int, int) { result.add(number); });
      const float value = result.template result<kTeam>(window);
      if (threadIdx.x % kTeam == 0) y[p * items + item] = value;
    }
  }
}

// Each place of a window is sent gradient(u, v); `rows` and `columns` of it lie in the plane.
template <int kWindow, int kWidth, typename Gradient>
__device__ void store(float* corner, int width, int window, int rows, int columns,
                      const Gradient& gradient) {
  if constexpr (kWidth == 2) {
    // An ordinary assignment the compiler may take apart.
    __stwb(reinterpret_cast<float2*>(corner), make_float2(gradient(0, 0), gradient(0, 1)));
    if (rows > 1) {
      __stwb(reinterpret_cast<float2*>(corner + width),
             make_float2(gradient(1, 0), gradient(1, 1)));
    }
  } else {
    for_places<kWindow>(window, [&](int u, int v) {
      if (u < rows && v < columns) corner[u * width + v] = gradient(u, v);
    });
  }
}

struct ToMaximum {
  const float* x;

  template <int kWindow, int kWidth, typename Store>
  __device__ void send(long long at, int width, int window, float dy, const Store& store) const {
    Place largest;
    for_numbers<kWindow, kWidth>(
        x + at, width, window,
        [&](float number, int u, int v) { largest.add(number, u * window + v); });
    const int place = largest.result<kLanes<kWindow>>();
    store([&](int u, int v) { return u * window + v == place ? dy : 0.0f; });
  }
};

struct ToAll {
  template <int kWindow, int kWidth, typename Store>
  __device__ void send(long long, int, int window, float dy, const Store& store) const {
    const float share = dy / (static_cast<float>(window) * window);
    store([&](int, int) { return share; });
  }
};

template <int kWindow, int kWidth, typename Target>
__device__ void backward(const Target& target, const float* __restrict__ dy,
                         float* __restrict__ dx, long long planes, Plane plane, int per_block,
                         long long rounds, int extra) {
  constexpr int kTeam = kLanes<kWindow>;
  const int window = kWindow == kAnyWindow ? plane.window : kWindow;
  const int rows = plane.height / window;
  const int columns = plane.width / window;
  const int touched_columns = (plane.width - 1) / window + 1;
  const int items = ((plane.height - 1) / window + 1) * touched_columns;
  const Slices slices(threadIdx.x / kTeam, blockDim.x / kTeam, items, per_block, rounds, extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long p = slices.slice(round, planes);
    if (p >= planes) break;
    for (int item = slices.first + slices.offset; item < items; item += slices.step) {
      const int r = item / touched_columns;
      const int c = item - r * touched_columns;
      const int top = r * window;
      const int left = c * window;
      const long long at = p * plane.height * plane.width + top * plane.width + left;
      const auto store_window = [&](const auto& gradient) {
        store<kWindow, kWidth>(dx + at, plane.width, window, plane.height - top,
                               plane.width - left, gradient);
      };
      if (r < rows && c < columns) {
        const float through = dy[(p * rows + r) * columns + c];
        target.template send<kWindow, kWidth>(at, plane.width, window, through, store_window);
      } else {
        store_window([](int, int) { return 0.0f; });
      }
    }
  }
}

}  // namespace pooling

using namespace pooling;

#define POOLING(NAME, WINDOW, WIDTH)                                                             \
  extern "C" __global__ void __launch_bounds__(kThreads) pooling_maximum_##NAME(                 \
      const float* __restrict__ x, float* __restrict__ y, long long planes, int height,          \
      int width, int window, int per_block, long long rounds, int extra) {                       \
    forward<Largest, WINDOW, WIDTH>(x, y, planes, {height, width, window}, per_block, rounds,    \
                                    extra);                                                      \
  }                                                                                              \
  extern "C" __global__ void __launch_bounds__(kThreads) pooling_maximum_backward_##NAME(        \
      const float* __restrict__ x, const float* __restrict__ dy, float* __restrict__ dx,         \
      long long planes, int height, int width, int window, int per_block, long long rounds,      \
      int extra) {                                                                               \
    backward<WINDOW, WIDTH>(ToMaximum{x}, dy, dx, planes, {height, width, window}, per_block,    \
                            rounds, extra);                                                      \
  }                                                                                              \
  extern "C" __global__ void __launch_bounds__(kThreads) pooling_average_##NAME(                 \
      const float* __restrict__ x, float* __restrict__ y, long long planes, int height,          \
      int width, int window, int per_block, long long rounds, int extra) {                       \
    forward<Mean, WINDOW, WIDTH>(x, y, planes, {height, width, window}, per_block, rounds,       \
                                 extra);                                                         \
  }                                                                                              \
  extern "C" __global__ void __launch_bounds__(kThreads) pooling_average_backward_##NAME(        \
      const float* __restrict__ dy, float* __restrict__ dx, long long planes, int height,        \
      int width, int window, int per_block, long long rounds, int extra) {                       \
    backward<WINDOW, WIDTH>(ToAll{}, dy, dx, planes, {height, width, window}, per_block, rounds, \
                            extra);                                                              \
  }

POOLING(k2_x2, 2, 2)
POOLING(k2, 2, 1)
POOLING(k3, 3, 1)
POOLING(any, kAnyWindow, 1)

}  // namespace loxodrome
