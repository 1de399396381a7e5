// Mixes what each basis point of a layer gives, example by example, and mixes gradients back.
//
//   reduce                z_icp  = act(sum_k a_ik (y_ikcp + b_ikc))
//   reduce_pool           the same, then the maximum of each 2 x 2 window and its place
//   expand                e_ikcp = a_ik d_icp [z_icp > 0]
//   expand_pool           the same from the gradient of the windows' maxima
//   coefficient_gradient  da_ik  = sum_cp d_icp [z_icp > 0] (y_ikcp + b_ikc)
//
// for examples i < B, basis points k < n, channels c < C, positions p < P; act is ReLU or nothing,
// [true] = 1, [false] = 0. A NaN goes through act and through the maximum.
//
// Layout, row-major: y and e are B x n x C x P, as one stacked product or convolution leaves them;
// z and d are B x C x P; a and da are B x n. An example's b is n x C and bias_stride numbers after
// that of the example before: n C, or 0 where all share one. y, z, d and e are stored in single
// precision or in bf16, everything else and all arithmetic is in single precision. C P < 2^31,
// the arrays themselves may be longer than that. No array may overlap one that is written.
//
// Alignment: _x4 (single precision) and _x8 (bf16) move 16 bytes at a time and need y, z, d, e and,
// where P = 1, b at multiples of 16 bytes, C P a multiple of 4 or 8, and P at least that or 1. _x2
// of the pooling kernel moves two neighbours at a time and needs them aligned and the width even.
// _x1 takes any address of an element and any size.
//
// Ideal traffic, in words per element of z: reduce n + 1; expand n + 1, and 1 for the mask;
// coefficient_gradient n + 1, and 1 for the mask; in words and bytes per window: reduce_pool
// 4 n + 1 words + 1 byte, expand_pool 4 n + 2 words + 1 byte. a adds B n words, b n C or B n C.
//
// Launch: any number of 1-D blocks of a multiple of 32 threads, at most kThreads.

#include "common.cuh"
#include "walk.cuh"

namespace loxodrome {
namespace mix {

// Launch bounds are (kThreads, 1): registers for all loads in flight rather than the most warps.
constexpr int kThreads = 256;
constexpr int kWarps = kThreads / 32;

// Entries are made for n = 1..4, and one for any n; that one takes basis points by eights.
constexpr int kAny = 0;
constexpr int kGroup = 8;

// Vectors that a thread has in flight per basis point: 16 bytes each, or one element. With 2048
// threads on a multiprocessor 24 bytes per thread keep an H100's memory busy.
template <int kWidth, int kBasis>
constexpr int kVectorsInFlight = (kBasis == 1 || kBasis == 2 ? 2 : 1) * (kWidth == 1 ? 2 : 1);

__device__ inline float activate(float x, int relu) { return relu && x < 0.0f ? 0.0f : x; }

// kWidth neighbours, widened: one, or as many 16-byte accesses as they take.
template <int kWidth, typename T>
__device__ void load(const T* from, float* value) {
  constexpr int kPart = kWidth == 1 ? 1 : kFullWidth<T>;
#pragma unroll
  for (int first = 0; first < kWidth; first += kPart) {
    const auto part = Vector<T, kPart>::load(from + first);
#pragma unroll
    for (int j = 0; j < kPart; ++j) value[first + j] = part.value[j];
  }
}

// kVectors vectors of row k of y, and of those after it.
template <typename T, int kWidth, int kVectors>
struct RowTile {
  static constexpr int kElements = kVectors * kWidth;
  const T* y;
  long long row_length;

  __device__ void load(int k, float (&value)[kElements]) const {
    const T* row = y + k * row_length;
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
      mix::load<kWidth>(row + v * (blockDim.x * kWidth), value + v * kWidth);
    }
  }
};

// sum += sum over kCount basis points from `first` on; all loads come before the first use.
template <int kCount, typename Tile>
__device__ void add_basis_points(const Tile& tile, int first, const float* a,
                                 float (&sum)[Tile::kElements]) {
  float weight[kCount];
  float held[kCount][Tile::kElements];
#pragma unroll
  for (int k = 0; k < kCount; ++k) {
    weight[k] = a[first + k];
    tile.load(first + k, held[k]);
  }
#pragma unroll
  for (int k = 0; k < kCount; ++k) {
#pragma unroll
    for (int e = 0; e < Tile::kElements; ++e) sum[e] = fmaf(weight[k], held[k][e], sum[e]);
  }
}

// sum = sum_k a_k tile_k over all n basis points.
template <int kBasis, typename Tile>
__device__ void mix_tile(const Tile& tile, int n, const float* a, float (&sum)[Tile::kElements]) {
#pragma unroll
  for (int e = 0; e < Tile::kElements; ++e) sum[e] = 0.0f;
  if constexpr (kBasis != kAny) {
    add_basis_points<kBasis>(tile, 0, a, sum);
  } else {
    int k = 0;
#pragma unroll 1
    for (; k + kGroup <= n; k += kGroup) add_basis_points<kGroup>(tile, k, a, sum);
    if (k + 4 <= n) {
      add_basis_points<4>(tile, k, a, sum);
      k += 4;
    }
#pragma unroll 1
    for (; k < n; ++k) add_basis_points<1>(tile, k, a, sum);
  }
}

// sum += sum_k a_k b_k where P = 1 and a bias is laid out as a row of y is. Rows of biases are few
// and stay in L1: one in flight will do.
template <int kWidth, int kVectors>
__device__ void mix_bias_rows(const float* bias, long long row_length, int n, const float* a,
                              float (&sum)[kVectors * kWidth]) {
  const RowTile<float, kWidth, kVectors> rows{bias, row_length};
#pragma unroll 1
  for (int k = 0; k < n; ++k) add_basis_points<1>(rows, k, a, sum);
}

// mixed[c] = sum_k a_k b_(k, first + c): the bias of `count` channels as one example sees it.
__device__ inline void mix_bias(const float* a, const float* bias, int n, int channels,
                                unsigned first, unsigned count, float* mixed) {
  for (unsigned c = threadIdx.x; c < count; c += blockDim.x) {
    const float* b = bias + first + c;
    float sum = 0.0f;
#pragma unroll 4
    for (int k = 0; k < n; ++k) sum = fmaf(a[k], b[static_cast<long long>(k) * channels], sum);
    mixed[c] = sum;
  }
}

// The first channel that columns [begin, end) of a row touch, and how many they touch.
struct ChannelSpan {
  unsigned first;
  unsigned count;

  __device__ ChannelSpan(unsigned begin, unsigned end, unsigned positions)
      : first(begin / positions), count((end - 1) / positions - first + 1) {}
};

// Adds the mixed bias of its channel to each of the kWidth numbers at a column; they lie in one
// channel or in two. Threads of a warp look up neighbouring channels, so no banks conflict.
template <int kWidth>
__device__ void add_mixed_bias(unsigned column, unsigned positions, const ChannelSpan& span,
                               const float* mixed, float* value) {
  const unsigned channel = column / positions;
  const unsigned before_next = positions - (column - channel * positions);
  const float near = mixed[channel - span.first];
  const float far = before_next < kWidth ? mixed[channel - span.first + 1] : near;
#pragma unroll
  for (int j = 0; j < kWidth; ++j) value[j] += j < before_next ? near : far;
}

template <typename T, int kWidth, int kBasis>
__device__ void reduce(const T* __restrict__ y, const float* __restrict__ a,
                       const float* __restrict__ bias, long long bias_stride, T* __restrict__ z,
                       long long batch, int basis_size, int channels, int positions, int relu) {
  const int n = kBasis == kAny ? basis_size : kBasis;
  constexpr int kMost = kVectorsInFlight<kWidth, kBasis>;
  __shared__ float mixed_bias[2][kThreads * kMost + 1];
  const unsigned row_length = static_cast<unsigned>(channels) * positions;
  const unsigned tile_length = blockDim.x * kWidth * kMost;
  const long long tiles = (row_length - 1) / tile_length + 1;
  int buffer = 0;
  for (Walk walk(tiles, batch); walk.left > 0; walk.next(batch)) {
    const unsigned begin = static_cast<unsigned>(walk.tile) * tile_length;
    const ChannelSpan span(begin, min(begin + tile_length, row_length), positions);
    const float* weights = a + walk.row * n;
    const float* b = bias + walk.row * bias_stride;
    const T* rows = y + walk.row * n * row_length;
    T* out = z + walk.row * row_length;
    const float* mixed = mixed_bias[buffer];
    if (bias != nullptr && positions > 1) {
      mix_bias(weights, b, n, channels, span.first, span.count, mixed_bias[buffer]);
      __syncthreads();  // who still reads the other buffer has not come here
      buffer ^= 1;
    }
    for_columns<kWidth, kMost>(begin, row_length, [&](auto count, unsigned column) {
      constexpr int kVectors = decltype(count)::value;
      const RowTile<T, kWidth, kVectors> tile{rows + column, row_length};
      float sum[kVectors * kWidth];
      mix_tile<kBasis>(tile, n, weights, sum);
      if (bias != nullptr && positions == 1) {
        mix_bias_rows<kWidth, kVectors>(b + column, row_length, n, weights, sum);
      }
#pragma unroll
      for (int v = 0; v < kVectors; ++v) {
        const unsigned at = column + v * (blockDim.x * kWidth);
        float* value = sum + v * kWidth;
        if (bias != nullptr && positions > 1) {
          add_mixed_bias<kWidth>(at, positions, span, mixed, value);
        }
        Vector<T, kWidth> result;
#pragma unroll
        for (int j = 0; j < kWidth; ++j) result.value[j] = activate(value[j], relu);
        result.store(out + at);
      }
    });
  }
}

// e_k = a_k gradient for all k. A loop that only stores waits for nothing, whatever n is.
template <typename T, int kWidth, int kVectors>
__device__ void store_expanded(const float (&gradient)[kVectors][kWidth], const float* a, int n,
                               long long row_length, T* e) {
#pragma unroll 2
  for (int k = 0; k < n; ++k) {
    const float weight = a[k];
    T* row = e + k * row_length;
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
      Vector<T, kWidth> result;
#pragma unroll
      for (int j = 0; j < kWidth; ++j) result.value[j] = weight * gradient[v][j];
      result.store(row + v * (blockDim.x * kWidth));
    }
  }
}

// gradient = d [z > 0], or d if z is null; all loads come before the first use.
template <typename T, int kWidth, int kVectors>
__device__ void load_masked(const T* d, const T* z, float (&gradient)[kVectors][kWidth]) {
  const unsigned step = blockDim.x * kWidth;
#pragma unroll
  for (int v = 0; v < kVectors; ++v) load<kWidth>(d + v * step, gradient[v]);
  if (z == nullptr) return;
  float mask[kVectors][kWidth];
#pragma unroll
  for (int v = 0; v < kVectors; ++v) load<kWidth>(z + v * step, mask[v]);
#pragma unroll
  for (int v = 0; v < kVectors; ++v) {
#pragma unroll
    for (int j = 0; j < kWidth; ++j) gradient[v][j] = mask[v][j] > 0.0f ? gradient[v][j] : 0.0f;
  }
}

template <typename T, int kWidth>
__device__ void expand(const T* __restrict__ d, const T* __restrict__ z,
                       const float* __restrict__ a, T* __restrict__ e, long long batch, int n,
                       int row_length) {
  constexpr int kMost = kWidth == 1 ? 4 : 1;
  const unsigned tile_length = blockDim.x * kWidth * kMost;
  const long long tiles = (row_length - 1) / tile_length + 1;
  for (Walk walk(tiles, batch); walk.left > 0; walk.next(batch)) {
    const unsigned begin = static_cast<unsigned>(walk.tile) * tile_length;
    const long long row = walk.row * row_length;
    for_columns<kWidth, kMost>(
        begin, static_cast<unsigned>(row_length), [&](auto count, unsigned column) {
          float gradient[decltype(count)::value][kWidth];
          load_masked(d + row + column, z == nullptr ? nullptr : z + row + column, gradient);
          store_expanded(gradient, a + walk.row * n, n, row_length, e + row * n + column);
        });
  }
}

// Two neighbours of a row of pixels: in one access if kWidth is 2, at a multiple of their size.
template <int kWidth>
__device__ inline void load_pair(const float* from, float* value) {
  if constexpr (kWidth == 1) {
    value[0] = from[0];
    value[1] = from[1];
  } else {
    const float2 pair = *reinterpret_cast<const float2*>(from);
    value[0] = pair.x;
    value[1] = pair.y;
  }
}
template <int kWidth>
__device__ inline void load_pair(const bf16* from, float* value) {
  if constexpr (kWidth == 1) {
    value[0] = widen(from[0]);
    value[1] = widen(from[1]);
  } else {
    const unsigned pair = *reinterpret_cast<const unsigned*>(from);
    value[0] = __uint_as_float(pair << 16);
    value[1] = __uint_as_float(pair & 0xffff0000u);
  }
}

// An image's height and width, and those of what is left when it is pooled.
struct Plane {
  unsigned height;
  unsigned width;

  __device__ unsigned size() const { return height * width; }
  __device__ unsigned pooled_height() const { return height / 2; }
  __device__ unsigned pooled_width() const { return width / 2; }
  __device__ unsigned pooled_size() const { return pooled_height() * pooled_width(); }

  // Where the upper left number of a window lies in C x H x W.
  __device__ unsigned window_start(unsigned window) const {
    const unsigned line = window / pooled_width();
    const unsigned channel = line / pooled_height();
    const unsigned row = (line - channel * pooled_height()) * 2;
    return (channel * height + row) * width + (window - line * pooled_width()) * 2;
  }
};

// A window of row k of y, four numbers in row order, and of the rows after it. One window per
// thread: two accesses for each basis point, or four, are enough in flight.
template <typename T, int kWidth>
struct WindowTile {
  static constexpr int kElements = 4;
  const T* y;
  long long row_length;
  unsigned width;

  __device__ void load(int k, float (&value)[kElements]) const {
    const T* row = y + k * row_length;
    load_pair<kWidth>(row, value);
    load_pair<kWidth>(row + width, value + 2);
  }
};

// Stores the largest of four numbers, NaN if one is, and where the first of the largest stands; a
// NaN is larger than nothing.
template <typename T>
__device__ void store_maximum(const float* window, int relu, T* pooled, unsigned char* argmax) {
  float best = activate(window[0], relu);
  float maximum = best;
  int place = 0;
#pragma unroll
  for (int s = 1; s < 4; ++s) {
    const float value = activate(window[s], relu);
    if (value > best) {
      best = value;
      place = s;
    }
    maximum = value > maximum || value != value ? value : maximum;
  }
  *pooled = narrow<T>(maximum);
  *argmax = static_cast<unsigned char>(place);
}

template <typename T, int kWidth, int kBasis>
__device__ void reduce_pool(const T* __restrict__ y, const float* __restrict__ a,
                            const float* __restrict__ bias, long long bias_stride,
                            T* __restrict__ pooled, unsigned char* __restrict__ argmax,
                            long long batch, int basis_size, int channels, Plane plane, int relu) {
  const int n = kBasis == kAny ? basis_size : kBasis;
  __shared__ float mixed_bias[2][kThreads];
  const unsigned windows = channels * plane.pooled_size();
  const long long row_length = static_cast<long long>(channels) * plane.size();
  const long long tiles = (windows - 1) / blockDim.x + 1;
  int buffer = 0;
  for (Walk walk(tiles, batch); walk.left > 0; walk.next(batch)) {
    const unsigned begin = static_cast<unsigned>(walk.tile) * blockDim.x;
    const ChannelSpan span(begin, min(begin + blockDim.x, windows), plane.pooled_size());
    const float* weights = a + walk.row * n;
    const float* b = bias + walk.row * bias_stride;
    const float* mixed = mixed_bias[buffer];
    if (bias != nullptr) {
      mix_bias(weights, b, n, channels, span.first, span.count, mixed_bias[buffer]);
      __syncthreads();  // as in reduce
      buffer ^= 1;
    }
    const unsigned window = begin + threadIdx.x;
    if (window >= windows) continue;
    const T* rows = y + walk.row * n * row_length + plane.window_start(window);
    const WindowTile<T, kWidth> tile{rows, row_length, plane.width};
    float value[4];
    mix_tile<kBasis>(tile, n, weights, value);
    if (bias != nullptr) {
      const float shift = mixed[window / plane.pooled_size() - span.first];
#pragma unroll
      for (int s = 0; s < 4; ++s) value[s] += shift;
    }
    const long long at = walk.row * windows + window;
    store_maximum(value, relu, pooled + at, argmax + at);
  }
}

// The gradient that its window sends to each of the kWidth numbers at a column of C x H x W. If
// kWidth is not 1 the width is even and neighbours share a window.
template <typename T, int kWidth>
__device__ void load_unpooled(const T* d, const unsigned char* argmax, const T* z,
                              const Plane& plane, unsigned column, float (&gradient)[kWidth]) {
  constexpr int kPart = kWidth == 1 ? 1 : 2;
  const unsigned line = column / plane.width;
  unsigned channel = line / plane.height;
  unsigned row = line - channel * plane.height;
  unsigned at = column - line * plane.width;
#pragma unroll
  for (int first = 0; first < kWidth; first += kPart) {
    float through = 0.0f;
    unsigned place = 0;
    if (row / 2 < plane.pooled_height() && at / 2 < plane.pooled_width()) {
      const unsigned window =
          (channel * plane.pooled_height() + row / 2) * plane.pooled_width() + at / 2;
      place = argmax[window];
      through = z == nullptr || widen(z[window]) > 0.0f ? widen(d[window]) : 0.0f;
    }
#pragma unroll
    for (int j = 0; j < kPart; ++j) {
      gradient[first + j] = place == row % 2 * 2 + (at + j) % 2 ? through : 0.0f;
    }
    at += kPart;
    if (at == plane.width) {
      at = 0;
      if (++row == plane.height) {
        row = 0;
        ++channel;
      }
    }
  }
}

template <typename T, int kWidth>
__device__ void expand_pool(const T* __restrict__ d, const unsigned char* __restrict__ argmax,
                            const T* __restrict__ z, const float* __restrict__ a,
                            T* __restrict__ e, long long batch, int n, int channels, Plane plane) {
  const unsigned windows = channels * plane.pooled_size();
  const unsigned row_length = channels * plane.size();
  const unsigned tile_length = blockDim.x * kWidth;
  const long long tiles = (row_length - 1) / tile_length + 1;
  for (Walk walk(tiles, batch); walk.left > 0; walk.next(batch)) {
    const unsigned column = static_cast<unsigned>(walk.tile) * tile_length + threadIdx.x * kWidth;
    if (column >= row_length) continue;
    const long long in = walk.row * windows;
    float gradient[1][kWidth];
    load_unpooled<T, kWidth>(d + in, argmax + in, z == nullptr ? nullptr : z + in, plane, column,
                             gradient[0]);
    store_expanded(gradient, a + walk.row * n, n, row_length,
                   e + walk.row * n * row_length + column);
  }
}

// sum_k += sum over kVectors vectors of gradient y_k, for kRows basis points.
template <typename T, int kWidth, int kRows, int kVectors>
__device__ void add_products(const T* y, long long row_length,
                             const float (&gradient)[kVectors][kWidth], float (&sum)[kRows]) {
  const RowTile<T, kWidth, kVectors> tile{y, row_length};
  float held[kRows][kVectors * kWidth];
#pragma unroll
  for (int k = 0; k < kRows; ++k) tile.load(k, held[k]);
#pragma unroll
  for (int k = 0; k < kRows; ++k) {
#pragma unroll
    for (int e = 0; e < kVectors * kWidth; ++e) {
      sum[k] = fmaf(gradient[e / kWidth][e % kWidth], held[k][e], sum[k]);
    }
  }
}

// sum_k += sum over a vector of gradient b_k, where P > 1: it lies in one channel or in two, and
// the bias meets the sum of each part.
template <int kWidth, int kRows>
__device__ void add_bias_products(const float* bias, int channels, unsigned positions,
                                  unsigned column, const float (&gradient)[kWidth],
                                  float (&sum)[kRows]) {
  const unsigned channel = column / positions;
  const unsigned before_next = positions - (column - channel * positions);
  float near = 0.0f;
  float far = 0.0f;
#pragma unroll
  for (int j = 0; j < kWidth; ++j) (j < before_next ? near : far) += gradient[j];
#pragma unroll
  for (int k = 0; k < kRows; ++k) {
    const float* b = bias + static_cast<long long>(k) * channels + channel;
    sum[k] = fmaf(near, b[0], sum[k]);
    if (before_next < kWidth) sum[k] = fmaf(far, b[1], sum[k]);
  }
}

// target[k] = the sum of sum[k] over the block's threads, in an order that never changes.
template <int kRows>
__device__ void store_block_sums(float (&sum)[kRows], float* target) {
  __shared__ float warp_sums[kWarps][kRows];
#pragma unroll
  for (int k = 0; k < kRows; ++k) {
#pragma unroll
    for (int lanes = 16; lanes > 0; lanes /= 2) {
      sum[k] += __shfl_xor_sync(0xffffffffu, sum[k], lanes);
    }
    if (threadIdx.x % 32 == 0) warp_sums[threadIdx.x / 32][k] = sum[k];
  }
  __syncthreads();  // all warps' sums are there
  if (threadIdx.x < kRows) {
    float total = 0.0f;
#pragma unroll 1
    for (int w = 0; w < blockDim.x / 32; ++w) total += warp_sums[w][threadIdx.x];
    target[threadIdx.x] = total;
  }
  __syncthreads();  // and may be overwritten
}

// What the coefficient gradient of one example is made of.
template <typename T>
struct Products {
  const T* d;
  const T* z;  // may be null
  const T* y;
  const float* bias;  // the example's; may be null
  int channels;
  unsigned positions;
  long long row_length;
};

// target[k] = sum over columns [first, last) of gradient (y_k + b_k), for kRows basis points.
template <typename T, int kWidth, int kRows>
__device__ void store_products(const Products<T>& in, int k, unsigned first, unsigned last,
                               float* target) {
  constexpr int kMost = kWidth == 1 && kRows <= 2 ? 2 : 1;
  const unsigned tile_length = blockDim.x * kWidth * kMost;
  const T* rows = in.y + k * in.row_length;
  const float* bias =
      in.bias == nullptr ? nullptr : in.bias + static_cast<long long>(k) * in.channels;
  float sum[kRows] = {};
#pragma unroll 1
  for (unsigned begin = first; begin < last; begin += tile_length) {
    for_columns<kWidth, kMost>(begin, last, [&](auto vectors, unsigned column) {
      constexpr int kVectors = decltype(vectors)::value;
      float gradient[kVectors][kWidth];
      load_masked(in.d + column, in.z == nullptr ? nullptr : in.z + column, gradient);
      add_products<T, kWidth, kRows>(rows + column, in.row_length, gradient, sum);
      if (bias == nullptr) return;
      if constexpr (kWidth > 1) {
        if (in.positions == 1) {  // a bias is laid out as a row of y is
          add_products<float, kWidth, kRows>(bias + column, in.row_length, gradient, sum);
          return;
        }
      }
#pragma unroll
      for (int v = 0; v < kVectors; ++v) {
        add_bias_products(bias, in.channels, in.positions, column + v * (blockDim.x * kWidth),
                          gradient[v], sum);
      }
    });
  }
  store_block_sums(sum, target + k);
}

// target is splits x B x n: split s has the sums over columns [s, s + 1) columns_per_split. Basis
// points come in groups, the largest that n has left; all but the first find d and z in L1.
template <typename T, int kWidth>
__device__ void coefficient_gradient(const T* __restrict__ d, const T* __restrict__ z,
                                     const T* __restrict__ y, const float* __restrict__ bias,
                                     long long bias_stride, float* __restrict__ target,
                                     long long batch, int n, int channels, unsigned positions,
                                     unsigned columns_per_split) {
  const unsigned row_length = channels * positions;
  const long long splits = (row_length - 1) / columns_per_split + 1;
  for (Walk walk(splits, batch); walk.left > 0; walk.next(batch)) {
    const unsigned first = static_cast<unsigned>(walk.tile) * columns_per_split;
    const unsigned last = min(first + columns_per_split, row_length);
    const long long at = walk.row * row_length;
    const float* b = bias == nullptr ? nullptr : bias + walk.row * bias_stride;
    const Products<T> in{d + at,   z == nullptr ? nullptr : z + at, y + at * n, b, channels,
                         positions, row_length};
    float* out = target + (walk.tile * batch + walk.row) * n;
    int k = 0;
#pragma unroll 1
    for (; k + kGroup <= n; k += kGroup) {
      store_products<T, kWidth, kGroup>(in, k, first, last, out);
    }
    if (n - k >= 4) {
      store_products<T, kWidth, 4>(in, k, first, last, out);
      k += 4;
    }
    if (n - k == 3) store_products<T, kWidth, 3>(in, k, first, last, out);
    if (n - k == 2) store_products<T, kWidth, 2>(in, k, first, last, out);
    if (n - k == 1) store_products<T, kWidth, 1>(in, k, first, last, out);
  }
}

}  // namespace mix

using namespace mix;

#define MIX_REDUCE(T, TYPE, WIDTH, BASIS, NAME)                                                    \
  extern "C" __global__ void __launch_bounds__(kThreads, 1) mix_reduce_##TYPE##_x##WIDTH##_##NAME( \
      const T* __restrict__ y, const float* __restrict__ a, const float* __restrict__ bias,        \
      long long bias_stride, T* __restrict__ z, long long batch, int n, int channels,              \
      int positions, int relu) {                                                                   \
    reduce<T, WIDTH, BASIS>(y, a, bias, bias_stride, z, batch, n, channels, positions, relu);      \
  }

#define MIX_REDUCE_POOL(T, TYPE, WIDTH, BASIS, NAME)                                            \
  extern "C" __global__ void __launch_bounds__(kThreads, 1)                                     \
      mix_reduce_pool_##TYPE##_x##WIDTH##_##NAME(                                               \
          const T* __restrict__ y, const float* __restrict__ a, const float* __restrict__ bias, \
          long long bias_stride, T* __restrict__ pooled, unsigned char* __restrict__ argmax,    \
          long long batch, int n, int channels, unsigned height, unsigned width, int relu) {    \
    reduce_pool<T, WIDTH, BASIS>(y, a, bias, bias_stride, pooled, argmax, batch, n, channels,   \
                                 Plane{height, width}, relu);                                   \
  }

#define MIX_COEFFICIENT_GRADIENT(T, TYPE, WIDTH)                                              \
  extern "C" __global__ void __launch_bounds__(kThreads, 1)                                   \
      mix_coefficient_gradient_##TYPE##_x##WIDTH(                                             \
          const T* __restrict__ d, const T* __restrict__ z, const T* __restrict__ y,          \
          const float* __restrict__ bias, long long bias_stride, float* __restrict__ target,  \
          long long batch, int n, int channels, unsigned positions,                           \
          unsigned columns_per_split) {                                                       \
    coefficient_gradient<T, WIDTH>(d, z, y, bias, bias_stride, target, batch, n, channels,    \
                                   positions, columns_per_split);                             \
  }

#define MIX_EXPAND(T, TYPE, WIDTH)                                                        \
  extern "C" __global__ void __launch_bounds__(kThreads, 1) mix_expand_##TYPE##_x##WIDTH( \
      const T* __restrict__ d, const T* __restrict__ z, const float* __restrict__ a,      \
      T* __restrict__ e, long long batch, int n, int row_length) {                        \
    expand<T, WIDTH>(d, z, a, e, batch, n, row_length);                                   \
  }

#define MIX_EXPAND_POOL(T, TYPE, WIDTH)                                                         \
  extern "C" __global__ void __launch_bounds__(kThreads, 1) mix_expand_pool_##TYPE##_x##WIDTH(  \
      const T* __restrict__ d, const unsigned char* __restrict__ argmax,                        \
      const T* __restrict__ z, const float* __restrict__ a, T* __restrict__ e, long long batch, \
      int n, int channels, unsigned height, unsigned width) {                                   \
    expand_pool<T, WIDTH>(d, argmax, z, a, e, batch, n, channels, Plane{height, width});        \
  }

#define FOR_EACH_BASIS(ENTRY, T, TYPE, WIDTH) \
  ENTRY(T, TYPE, WIDTH, 1, n1)                \
  ENTRY(T, TYPE, WIDTH, 2, n2)                \
  ENTRY(T, TYPE, WIDTH, 3, n3)                \
  ENTRY(T, TYPE, WIDTH, 4, n4)                \
  ENTRY(T, TYPE, WIDTH, kAny, any)

FOR_EACH_BASIS(MIX_REDUCE, float, f32, 1)
FOR_EACH_BASIS(MIX_REDUCE, float, f32, 4)
FOR_EACH_BASIS(MIX_REDUCE, bf16, bf16, 1)
FOR_EACH_BASIS(MIX_REDUCE, bf16, bf16, 8)

FOR_EACH_BASIS(MIX_REDUCE_POOL, float, f32, 1)
FOR_EACH_BASIS(MIX_REDUCE_POOL, float, f32, 2)
FOR_EACH_BASIS(MIX_REDUCE_POOL, bf16, bf16, 1)
FOR_EACH_BASIS(MIX_REDUCE_POOL, bf16, bf16, 2)

MIX_EXPAND(float, f32, 1)
MIX_EXPAND(float, f32, 4)
MIX_EXPAND(bf16, bf16, 1)
MIX_EXPAND(bf16, bf16, 8)

MIX_EXPAND_POOL(float, f32, 1)
MIX_EXPAND_POOL(float, f32, 4)
MIX_EXPAND_POOL(bf16, bf16, 1)
MIX_EXPAND_POOL(bf16, bf16, 8)

MIX_COEFFICIENT_GRADIENT(float, f32, 1)
MIX_COEFFICIENT_GRADIENT(float, f32, 4)
MIX_COEFFICIENT_GRADIENT(bf16, bf16, 1)
MIX_COEFFICIENT_GRADIENT(bf16, bf16, 8)

extern "C" __global__ void __launch_bounds__(kThreads, 1)
    mix_sum_splits(const float* __restrict__ partial, float* __restrict__ target, long long count,
                   int splits) {
  sum_splits(partial, target, count, splits);
}

}  // namespace loxodrome
