// Images to columns and back, for convolutions as products of matrices.
//
//   im2col   columns_i[(c, kh, kw)][(oh, ow)]
//                = x_i[c][oh stride - padding + kh][ow stride - padding + kw]
//   col2im   dx_i[c][h][w] = sum of columns_i[(c, kh, kw)][(oh, ow)] over all kh, kw, oh, ow that
//                            im2col reads x_i[c][h][w] for
//
// x outside the image is 0. col2im is the transpose of im2col; each thread gathers what its pixels
// get, in the order of kh and kw, so that a result has the same bits every time.
//
// Layouts, all float: x and dx B x C x H x W, columns B x (C k k) x (Ho Wo), 4-byte aligned.
// Entries _x4 write 16 bytes at once: im2col with columns 16-byte aligned and Ho Wo a multiple of
// 4, col2im with dx 16-byte aligned and H W a multiple of 4. Entries _k3 are for k = 3.
//
// Ideal traffic in words: x + columns each way. The block that has a plane of x reads or writes all
// its k k rows of columns, so that what overlaps comes from L1.

#include "common.cuh"
#include "slices.cuh"

namespace loxodrome {
namespace {

constexpr int kThreads = 256;
constexpr int kAnyKernel = 0;

// One channel of one example, and the windows that slide over it.
struct Window {
  int height;
  int width;
  int rows;     // Ho
  int columns;  // Wo
  int kernel;
  int stride;
  int padding;
};

// kWidth neighbouring places of a plane, as their rows and columns.
template <int kWidth>
struct Places {
  int row[kWidth];
  int column[kWidth];

  __device__ Places(int first, int width) {
    row[0] = static_cast<unsigned>(first) / static_cast<unsigned>(width);
    column[0] = first - row[0] * width;
#pragma unroll
    for (int j = 1; j < kWidth; ++j) {
      const bool wraps = column[j - 1] + 1 == width;
      row[j] = row[j - 1] + (wraps ? 1 : 0);
      column[j] = wraps ? 0 : column[j - 1] + 1;
    }
  }
};

__device__ bool within(int i, int size) {
  return static_cast<unsigned>(i) < static_cast<unsigned>(size);
}

template <int kWidth, int kKernel>
__device__ void im2col(const float* __restrict__ x, float* __restrict__ columns, long long planes,
                       Window window, int per_block, long long rounds, int extra) {
  const int kernel = kKernel == kAnyKernel ? window.kernel : kKernel;
  const int plane = window.height * window.width;
  const int positions = window.rows * window.columns;
  const int items = positions / kWidth;
  const Slices slices(threadIdx.x, blockDim.x, items, per_block, rounds, extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long p = slices.slice(round, planes);
    if (p >= planes) break;
    const float* from = x + p * plane;
    for (int item = slices.first + slices.offset; item < items; item += slices.step) {
      float* to = columns + p * kernel * kernel * positions + item * kWidth;
      const Places<kWidth> places(item * kWidth, window.columns);
#pragma unroll
      for (int kh = 0; kh < kernel; ++kh) {
        int row[kWidth];
#pragma unroll
        for (int j = 0; j < kWidth; ++j) {
          row[j] = places.row[j] * window.stride - window.padding + kh;
        }
#pragma unroll(kKernel == kAnyKernel ? 4 : kKernel)
        for (int kw = 0; kw < kernel; ++kw) {
          Vector<float, kWidth> value;
#pragma unroll
          for (int j = 0; j < kWidth; ++j) {
            const int column = places.column[j] * window.stride - window.padding + kw;
            const bool inside = within(row[j], window.height) && within(column, window.width);
            value.value[j] = inside ? from[row[j] * window.width + column] : 0.0f;
          }
          value.store(to);
          to += positions;
        }
      }
    }
  }
}

// For a pixel at h the window at oh sees it through kh where h + padding - kh = oh stride: kh has
// the remainder of h + padding by stride, and oh is the quotient less that of kh.
template <int kWidth, int kKernel>
__device__ void col2im(const float* __restrict__ columns, float* __restrict__ dx, long long planes,
                       Window window, int per_block, long long rounds, int extra) {
  const int kernel = kKernel == kAnyKernel ? window.kernel : kKernel;
  const int plane = window.height * window.width;
  const int positions = window.rows * window.columns;
  const int items = plane / kWidth;
  const Slices slices(threadIdx.x, blockDim.x, items, per_block, rounds, extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long p = slices.slice(round, planes);
    if (p >= planes) break;
    for (int item = slices.first + slices.offset; item < items; item += slices.step) {
      const float* from = columns + p * kernel * kernel * positions;
      const Places<kWidth> places(item * kWidth, window.width);
      int row[kWidth];
      int row_remainder[kWidth];
      int column[kWidth];
      int column_remainder[kWidth];
      Vector<float, kWidth> sum;
#pragma unroll
      for (int j = 0; j < kWidth; ++j) {
        const unsigned h = places.row[j] + window.padding;
        const unsigned w = places.column[j] + window.padding;
        row[j] = h / static_cast<unsigned>(window.stride);
        row_remainder[j] = h - row[j] * window.stride;
        column[j] = w / static_cast<unsigned>(window.stride);
        column_remainder[j] = w - column[j] * window.stride;
        sum.value[j] = 0.0f;
      }
      int kh_quotient = 0;
      int kh_remainder = 0;
#pragma unroll
      for (int kh = 0; kh < kernel; ++kh) {
        int kw_quotient = 0;
        int kw_remainder = 0;
#pragma unroll(kKernel == kAnyKernel ? 4 : kKernel)
        for (int kw = 0; kw < kernel; ++kw) {
#pragma unroll
          for (int j = 0; j < kWidth; ++j) {
            const int oh = row[j] - kh_quotient;
            const int ow = column[j] - kw_quotient;
            const bool seen = row_remainder[j] == kh_remainder &&
                              column_remainder[j] == kw_remainder && within(oh, window.rows) &&
                              within(ow, window.columns);
            sum.value[j] += seen ? from[oh * window.columns + ow] : 0.0f;
          }
          from += positions;
          ++kw_remainder;
          kw_quotient += kw_remainder == window.stride ? 1 : 0;
          kw_remainder = kw_remainder == window.stride ? 0 : kw_remainder;
        }
        ++kh_remainder;
        kh_quotient += kh_remainder == window.stride ? 1 : 0;
        kh_remainder = kh_remainder == window.stride ? 0 : kh_remainder;
      }
      sum.store(dx + p * plane + item * kWidth);
    }
  }
}

}  // namespace
}  // namespace loxodrome

// planes is B C; window sizes as in Window; per_block, rounds and extra as in slices.cuh.
// Launch: blocks of at most kThreads threads.
#define LOXODROME_COLUMNS(name, kind, width, kernels)                                    \
  extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)                      \
      name(const float* from, float* to, long long planes, int height, int image_width,  \
           int rows, int columns, int kernel, int stride, int padding, int per_block,    \
           long long rounds, int extra) {                                                \
    loxodrome::kind<width, kernels>(                                                     \
        from, to, planes, {height, image_width, rows, columns, kernel, stride, padding}, \
        per_block, rounds, extra);                                                       \
  }

LOXODROME_COLUMNS(im2col_x1, im2col, 1, loxodrome::kAnyKernel)
LOXODROME_COLUMNS(im2col_x4, im2col, 4, loxodrome::kAnyKernel)
LOXODROME_COLUMNS(im2col_k3_x1, im2col, 1, 3)
LOXODROME_COLUMNS(im2col_k3_x4, im2col, 4, 3)
LOXODROME_COLUMNS(col2im_x1, col2im, 1, loxodrome::kAnyKernel)
LOXODROME_COLUMNS(col2im_x4, col2im, 4, loxodrome::kAnyKernel)
LOXODROME_COLUMNS(col2im_k3_x1, col2im, 1, 3)
LOXODROME_COLUMNS(col2im_k3_x4, col2im, 4, 3)
