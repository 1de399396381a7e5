// From stored bytes to a network's input: rotation, scale, normalisation and noise.
//
//   rotate   x_i[c] = R(2 pi s_i) (image[index_i][c] / 255 - mean_c) / deviation_c,
//            1 / r_i as large as the image is
//   noise    x_i = (1 - t_i) x_i + t_i eta_i
//
// R turns counterclockwise about the image's centre as the image is seen. A pixel (across, down)
// from the centre shows what was at r (cos across - sin down, sin across + cos down), the mean of
// the four neighbours weighted by nearness; a neighbour outside the image counts 0, after
// normalisation. eta is standard normal: number e of stream t is entry e mod 4 of what Box and
// Muller make of Philox4x32-10's block with counter (e / 4, t) and the seed as key.
//
// Positions are exact to 2^-28 r + 2^-26 of the distance from the centre, to 2^-28 where r is 1, in
// fixed point: the value is a continuous function of the position, across pixels' boundaries and
// across the image's edge, so a position on the other side of a boundary by rounding gives another
// floor but, within rounding, the same value. Numbers of noise are within 5e-6 of the exact ones.
//
// Layouts: images uint8 N x C x H x W, any address; indices int32 B; turns s, shrinks r and amounts
// t float B; normalization C pairs of floats (1 / (255 deviation), -mean / deviation), 8-byte
// aligned; x float B x C x H x W, 4-byte aligned. Entries _x4 write 16 bytes at once: x 16-byte
// aligned and H W (noise alone: an example's length) a multiple of 4. Sides are at most 32768.
// An index out of 0..N-1, a turn that is not finite or an r out of 1/16..16 makes its whole example
// NaN.
//
// Ideal traffic in words: x / 4 + x for rotate with or without noise (each byte of an image once),
// 2 x for noise alone, and 1 per example for each of indices, turns, shrinks and amounts.

#include "common.cuh"
#include "slices.cuh"

namespace loxodrome {
namespace {

constexpr int kThreads = 256;
constexpr int kLanes = 32;
constexpr int kTogether = 4;  // pixels of one thread, entries of one block of noise
constexpr int kWarpTogether = kLanes * kTogether;

// ---- A turn and where it takes a pixel from ----

// A product or sum of two floats as its rounded value and what rounding left out.
struct Pair {
  float high;
  float low;
};

__device__ Pair product(float a, float b) {
  const float high = a * b;
  return {high, fmaf(a, b, -high)};
}

// Cosine and sine times r, in units of 2^-30. Without r each is within 3 units.
struct Turn {
  long long cos;
  long long sin;
};

constexpr float kMostShrink = 16.0f;
constexpr float kLeastShrink = 1.0f / kMostShrink;

// r in units of 2^-26 is exact from 1/4 on.
__device__ Turn shrunk(int cos, int sin, float r) {
  const int factor = __float2int_rn(r * 0x1p26f);
  return {static_cast<long long>(cos) * factor >> 26, static_cast<long long>(sin) * factor >> 26};
}

__device__ int fixed_point(float x) { return __float2int_rn(x * 0x1p30f); }

__device__ Turn turn_by(float s, float r) {
  const float turn = s - rintf(s);  // this and the rest are exact
  const int quarters = __float2int_rn(4.0f * turn);
  const float rest = fmaf(-0.25f, static_cast<float>(quarters), turn);

  Pair angle = product(6.2831855f, rest);  // 2 pi rest, in [-pi/4, pi/4]
  angle.low = fmaf(-1.7484556e-7f, rest, angle.low);
  Pair square = product(angle.high, angle.high);
  square.low = fmaf(2.0f * angle.high, angle.low, square.low);
  Pair cube = product(square.high, angle.high);
  cube.low = fmaf(square.high, angle.low, fmaf(square.low, angle.high, cube.low));
  Pair sixth = product(cube.high, -0.16666667f);
  sixth.low = fmaf(4.967054e-9f, cube.high, fmaf(-0.16666667f, cube.low, sixth.low));

  // sin = angle - angle^3 / 6 + ..., cos = 1 - angle^2 / 2 + ...
  const float z = square.high;
  float sin_tail = fmaf(z, -2.5052108e-8f, 2.7557319e-6f);
  sin_tail = fmaf(z, sin_tail, -1.9841270e-4f);
  sin_tail = fmaf(z, sin_tail, 8.3333333e-3f);
  float cos_tail = fmaf(z, -2.7557319e-7f, 2.4801587e-5f);
  cos_tail = fmaf(z, cos_tail, -1.3888889e-3f);
  cos_tail = fmaf(z, cos_tail, 4.1666667e-2f);
  const int sin = fixed_point(angle.high) + fixed_point(sixth.high) +
                  fixed_point(fmaf(cube.high * z, sin_tail, angle.low + sixth.low));
  const int cos = (1 << 30) - fixed_point(0.5f * z) +
                  fixed_point(fmaf(z * z, cos_tail, square.low * fmaf(z, 0.083333333f, -0.5f)));

  const bool odd = quarters & 1;
  const bool cos_negative = (quarters + 1) & 2;
  const bool sin_negative = quarters & 2;
  return shrunk(cos_negative ? -(odd ? sin : cos) : (odd ? sin : cos),
                sin_negative ? -(odd ? cos : sin) : (odd ? cos : sin), r);
}

// One axis of a position: the neighbour before it and the one after, with their weights.
struct Neighbours {
  float weight[2];
  int at[2];
};

// position: in units of 2^-32; a neighbour outside 0..size-1 has weight 0 and is read at 0.
__device__ Neighbours neighbours(long long position, int size) {
  const int before = static_cast<int>(position >> 32);
  const int after = before + 1;
  const float beyond = static_cast<float>(static_cast<unsigned>(position)) * 0x1p-32f;
  const bool inside[2] = {static_cast<unsigned>(before) < static_cast<unsigned>(size),
                          static_cast<unsigned>(after) < static_cast<unsigned>(size)};
  return {{inside[0] ? 1.0f - beyond : 0.0f, inside[1] ? beyond : 0.0f},
          {inside[0] ? before : 0, inside[1] ? after : 0}};
}

// What one pixel of the result is made of, in every channel.
struct Source {
  float weight[4];
  float inside;  // their sum
  unsigned at[4];
};

__device__ Source source_of(int row, int column, Turn turn, int height, int width) {
  // Four times the distance from the centre is whole; times a sine it is in units of 2^-32.
  const int down = 4 * row - 2 * (height - 1);
  const int across = 4 * column - 2 * (width - 1);
  const long long from_row = (static_cast<long long>(height - 1) << 31) +
                             turn.sin * across + turn.cos * down;
  const long long from_column = (static_cast<long long>(width - 1) << 31) +
                                turn.cos * across - turn.sin * down;
  const Neighbours r = neighbours(from_row, height);
  const Neighbours c = neighbours(from_column, width);
  Source source;
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    source.weight[k] = r.weight[k / 2] * c.weight[k % 2];
    source.at[k] = r.at[k / 2] * width + c.at[k % 2];
  }
  source.inside = (r.weight[0] + r.weight[1]) * (c.weight[0] + c.weight[1]);
  return source;
}

// ---- Noise ----

// Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011): the block of counter (index, stream) under the
// seed as key.
__device__ void philox(unsigned long long seed, unsigned long long stream,
                       unsigned long long index, unsigned (&word)[4]) {
  word[0] = static_cast<unsigned>(index);
  word[1] = static_cast<unsigned>(index >> 32);
  word[2] = static_cast<unsigned>(stream);
  word[3] = static_cast<unsigned>(stream >> 32);
  unsigned key0 = static_cast<unsigned>(seed);
  unsigned key1 = static_cast<unsigned>(seed >> 32);
#pragma unroll
  for (int round = 0; round < 10; ++round) {
    const unsigned long long product0 = 0xD2511F53ull * word[0];
    const unsigned long long product1 = 0xCD9E8D57ull * word[2];
    word[0] = static_cast<unsigned>(product1 >> 32) ^ word[1] ^ key0;
    word[1] = static_cast<unsigned>(product1);
    word[2] = static_cast<unsigned>(product0 >> 32) ^ word[3] ^ key1;
    word[3] = static_cast<unsigned>(product0);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

// -2 ln u of u = (word + 1/2) / 2^32, to 3e-7 of itself, also where u is next to 1.
__device__ float minus_two_log(unsigned word) {
  // shifted = u 2^(32 + zeros), in [2^31, 2^32)
  const int zeros = __clz(word);
  const unsigned shifted = __funnelshift_lc(0x80000000u, word, zeros);
  // ln u = exponent ln 2 + ln(1 + x), x in [-1/3, 1/3]
  const bool below_one = shifted > 0xAAAAAAAAu;
  const float magnitude = static_cast<float>(below_one ? ~shifted : shifted - 0x80000000u);
  const float x = below_one ? fmaf(magnitude, -0x1p-32f, -0x1p-33f) : magnitude * 0x1p-31f;
  const float exponent = static_cast<float>(below_one ? -zeros : -1 - zeros);
  // The interpolant of (ln(1 + x) - x + x^2 / 2) / x^3 at Chebyshev's points.
  float p = 0.13111010f;
  p = fmaf(p, x, -0.14695702f);
  p = fmaf(p, x, 0.14170550f);
  p = fmaf(p, x, -0.16540293f);
  p = fmaf(p, x, 0.20001619f);
  p = fmaf(p, x, -0.25001776f);
  p = fmaf(p, x, 0.33333334f);
  p = fmaf(p, x, -0.5f);
  const float log1p = fmaf(x * x, p, x);
  return fmaf(exponent, -1.3862944f, -2.0f * log1p);
}

// sqrt(-2 ln u) (cos 2 pi v, sin 2 pi v), v = second / 2^32.
__device__ void box_muller(unsigned first, unsigned second, float* values) {
  const float square = minus_two_log(first);
  const float radius = square * rsqrtf(square);
  float sin;
  float cos;
  sincospif(static_cast<float>(static_cast<int>(second)) * 0x1p-31f, &sin, &cos);
  values[0] = radius * cos;
  values[1] = radius * sin;
}

struct Noise {
  unsigned long long seed;
  unsigned long long first_stream;
  const float* amounts;

  // Entries 4 index .. 4 index + 3 of an example.
  __device__ void numbers(long long example, long long index, float (&eta)[kTogether]) const {
    unsigned word[4];
    philox(seed, first_stream + example, index, word);
    box_muller(word[0], word[1], eta);
    box_muller(word[2], word[3], eta + 2);
  }

  // Entries first + lane + 32 j, j = 0..3, of an example, for a whole warp: each lane makes four
  // neighbours, which change places in the warp's part of shared memory. Right up to entry
  // 4 floor(first / 4) + 127.
  __device__ void strided_numbers(long long example, long long first, float4* exchange,
                                  float (&eta)[kTogether]) const {
    const unsigned lane = threadIdx.x % kLanes;
    numbers(example, first / kTogether + lane, eta);
    float4* mine = exchange + threadIdx.x - lane;
    __syncwarp();  // what was here has been read
    mine[lane] = make_float4(eta[0], eta[1], eta[2], eta[3]);
    __syncwarp();
    const float* all = reinterpret_cast<const float*>(mine);
    const unsigned skipped = static_cast<unsigned>(first) % kTogether;
#pragma unroll
    for (int j = 0; j < kTogether; ++j) {
      eta[j] = all[(skipped + lane + kLanes * j) % kWarpTogether];
    }
  }
};

__device__ float noisy(float x, float amount, float eta) {
  return fmaf(amount, eta, (1.0f - amount) * x);
}

// ---- Rotation, with or without noise ----

// Each thread holds 4 pixels: neighbours where kWidth is 4, those of one warp 32 apart where it
// is 1. A warp that makes strided noise can use 3 entries fewer than it makes.
template <int kWidth, bool kNoise>
__device__ void rotate(const unsigned char* __restrict__ images, const int* __restrict__ indices,
                       const float* __restrict__ turns, const float* __restrict__ shrinks,
                       const float2* __restrict__ normalization, Noise noise,
                       float* __restrict__ x, float4* exchange, int count, long long batch,
                       int channels, int height, int width, int per_block, long long rounds,
                       int extra) {
  constexpr bool kNeighbours = kWidth > 1;
  constexpr int kSpan = kNeighbours ? kTogether : kNoise ? kWarpTogether - 4 : kWarpTogether;
  constexpr int kWorker = kNeighbours ? 1 : kLanes;
  constexpr int kStride = kNeighbours ? 1 : kLanes;
  const int plane = height * width;
  const int items = (plane + kSpan - 1) / kSpan;
  const Slices slices(threadIdx.x / kWorker, blockDim.x / kWorker, items, per_block, rounds,
                      extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long i = slices.slice(round, batch);
    if (i >= batch) break;
    const int index = indices[i];
    const float s = turns[i];
    const float r = shrinks[i];
    const float amount = kNoise ? noise.amounts[i] : 0.0f;
    const bool valid = index >= 0 && index < count && isfinite(s) &&
                       r >= kLeastShrink && r <= kMostShrink;
    const unsigned char* image =
        images + (valid ? static_cast<long long>(index) * channels * plane : 0);
    const Turn turn = turn_by(s, r);
    for (int item = slices.first + slices.offset; item < items; item += slices.step) {
      const int begin = item * kSpan;
      const int end = min(begin + kSpan, plane);
      const int first = begin + (kNeighbours ? 0 : threadIdx.x % kLanes);
      Source source[kTogether];
      int row = 0;
      int column = 0;
#pragma unroll
      for (int j = 0; j < kTogether; ++j) {
        if (j == 0 || !kNeighbours) {
          const int pixel = min(first + j * kStride, plane - 1);
          row = static_cast<unsigned>(pixel) / static_cast<unsigned>(width);
          column = pixel - row * width;
        } else {
          ++column;
          row += column == width ? 1 : 0;
          column = column == width ? 0 : column;
        }
        source[j] = source_of(row, column, turn, height, width);
      }
      for (int c = 0; c < channels; ++c) {
        const unsigned char* from = image + static_cast<long long>(c) * plane;
        const float2 normal = normalization[c];
        Vector<float, kTogether> value;
#pragma unroll
        for (int j = 0; j < kTogether; ++j) {
          float sum = 0.0f;
#pragma unroll
          for (int k = 0; k < 4; ++k) {
            sum = fmaf(source[j].weight[k], static_cast<float>(from[source[j].at[k]]), sum);
          }
          value.value[j] = fmaf(sum, valid ? normal.x : NAN, source[j].inside * normal.y);
        }
        if constexpr (kNoise) {
          const long long entry = static_cast<long long>(c) * plane + begin;
          float eta[kTogether];
          if constexpr (kNeighbours) {
            noise.numbers(i, entry / kTogether, eta);
          } else {
            noise.strided_numbers(i, entry, exchange, eta);
          }
#pragma unroll
          for (int j = 0; j < kTogether; ++j) {
            value.value[j] = noisy(value.value[j], amount, eta[j]);
          }
        }
        float* to = x + (i * channels + c) * plane;
        if constexpr (kNeighbours) {
          value.store(to + first);
        } else {
#pragma unroll
          for (int j = 0; j < kTogether; ++j) {
            if (first + j * kStride < end) to[first + j * kStride] = value.value[j];
          }
        }
      }
    }
  }
}

// ---- Noise on what is there ----

template <int kWidth>
__device__ void add_noise(Noise noise, float* x, float4* exchange, long long batch,
                          long long length, int items, int per_block, long long rounds,
                          int extra) {
  constexpr bool kNeighbours = kWidth > 1;
  constexpr int kSpan = kNeighbours ? kTogether : kWarpTogether;
  constexpr int kWorker = kNeighbours ? 1 : kLanes;
  const Slices slices(threadIdx.x / kWorker, blockDim.x / kWorker, items, per_block, rounds,
                      extra);
  for (long long round = slices.begin; round < slices.end; ++round) {
    const long long i = slices.slice(round, batch);
    if (i >= batch) break;
    const float amount = noise.amounts[i];
    for (int item = slices.first + slices.offset; item < items; item += slices.step) {
      const long long begin = static_cast<long long>(item) * kSpan;
      float* to = x + i * length + begin;
      float eta[kTogether];
      if constexpr (kNeighbours) {
        auto value = Vector<float, kTogether>::load(to);
        noise.numbers(i, begin / kTogether, eta);
#pragma unroll
        for (int j = 0; j < kTogether; ++j) {
          value.value[j] = noisy(value.value[j], amount, eta[j]);
        }
        value.store(to);
      } else {
        const int lane = threadIdx.x % kLanes;
        float held[kTogether];
#pragma unroll
        for (int j = 0; j < kTogether; ++j) {
          held[j] = begin + lane + kLanes * j < length ? to[lane + kLanes * j] : 0.0f;
        }
        noise.strided_numbers(i, begin, exchange, eta);
#pragma unroll
        for (int j = 0; j < kTogether; ++j) {
          if (begin + lane + kLanes * j < length) {
            to[lane + kLanes * j] = noisy(held[j], amount, eta[j]);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace loxodrome

// Arguments of all entries as the head of this file says; count is N; length what an example has,
// items how many of kSpan entries that makes; per_block, rounds and extra as in slices.cuh.
// Launch: blocks of at most kThreads threads, whole warps.

extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)
    image_rotate_x4(const unsigned char* images, const int* indices, const float* turns,
                    const float* shrinks, const float2* normalization, float* x, int count,
                    long long batch, int channels, int height, int width, int per_block,
                    long long rounds, int extra) {
  loxodrome::rotate<4, false>(images, indices, turns, shrinks, normalization, {}, x, nullptr, count,
                              batch, channels, height, width, per_block, rounds, extra);
}

extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)
    image_rotate_x1(const unsigned char* images, const int* indices, const float* turns,
                    const float* shrinks, const float2* normalization, float* x, int count,
                    long long batch, int channels, int height, int width, int per_block,
                    long long rounds, int extra) {
  loxodrome::rotate<1, false>(images, indices, turns, shrinks, normalization, {}, x, nullptr, count,
                              batch, channels, height, width, per_block, rounds, extra);
}

extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)
    image_rotate_noise_x4(const unsigned char* images, const int* indices, const float* turns,
                          const float* shrinks, const float2* normalization, const float* amounts,
                          unsigned long long seed, unsigned long long first_stream, float* x,
                          int count, long long batch, int channels, int height, int width,
                          int per_block, long long rounds, int extra) {
  loxodrome::rotate<4, true>(images, indices, turns, shrinks, normalization,
                             {seed, first_stream, amounts}, x, nullptr, count, batch, channels,
                             height, width, per_block, rounds, extra);
}

extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)
    image_rotate_noise_x1(const unsigned char* images, const int* indices, const float* turns,
                          const float* shrinks, const float2* normalization, const float* amounts,
                          unsigned long long seed, unsigned long long first_stream, float* x,
                          int count, long long batch, int channels, int height, int width,
                          int per_block, long long rounds, int extra) {
  __shared__ float4 exchange[loxodrome::kThreads];
  loxodrome::rotate<1, true>(images, indices, turns, shrinks, normalization,
                             {seed, first_stream, amounts}, x, exchange, count, batch, channels,
                             height, width, per_block, rounds, extra);
}

extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)
    image_noise_x4(const float* amounts, unsigned long long seed, unsigned long long first_stream,
                   float* x, long long batch, long long length, int items, int per_block,
                   long long rounds, int extra) {
  loxodrome::add_noise<4>({seed, first_stream, amounts}, x, nullptr, batch, length, items,
                          per_block, rounds, extra);
}

extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)
    image_noise_x1(const float* amounts, unsigned long long seed, unsigned long long first_stream,
                   float* x, long long batch, long long length, int items, int per_block,
                   long long rounds, int extra) {
  __shared__ float4 exchange[loxodrome::kThreads];
  loxodrome::add_noise<1>({seed, first_stream, amounts}, x, exchange, batch, length, items,
                          per_block, rounds, extra);
}
