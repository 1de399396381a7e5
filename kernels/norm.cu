// Layer normalisation of B examples over all their C channels of P positions, with gains and shifts
// mixed from n basis points.
//
//   xhat = (x - mean_i) / sqrt(variance_i + epsilon)        mean and variance over the C P elements
//   y_icp = gain_ic xhat_icp + shift_ic       gain_ic = sum_k a_ik gain_kc, shift likewise
//
//   g = gain dy,  dx = (g - mean(g) - xhat mean(g xhat)) / sqrt(variance + epsilon)
//   dgain_ic = sum_p dy xhat,  dshift_ic = sum_p dy,  dgain_kc = sum_i a_ik dgain_ic, shifts too
//
// Arrays: x, y, dy, dx are B x C x P, fp32 or bf16 (arithmetic is fp32 all the same); coefficients
// a B x n, gains and shifts n x C, the examples' own gradients B x C, means and inverse deviations
// B, all fp32. Element-aligned addresses do (_x1); _x4 and _x8 move 16 bytes at once, which needs
// P a multiple of as many elements and 16-byte aligned x, y, dy, dx. _x4_each and _x8_each are for
// P = 1, C a multiple of 4 or 8, gains, shifts and the examples' gradients 16-byte aligned as well.
//
// Ideal traffic: forward 2 B C P elements, backward 3, each with n + 2 n C words an example. It is
// reached by rows (C P) of up to 12288 elements, which a block of one example holds in registers.
// Longer rows, and few of them, are split between blocks: sums first, by one kernel, then the rest,
// by another that reads again: 3 and 5 elements.
//
// Accurate where the mean is large beside the deviation: variances are of x less a first estimate
// of the mean, and backward, which has the mean only as it was rounded for storage, takes out what
// is left of it: xhat's mean is 0. Sums have a fixed order: same input and device, same bits.

#include "common.cuh"

namespace {

using loxodrome::bf16;
using loxodrome::Vector;
using loxodrome::widen;

constexpr int kWarpSize = 32;
constexpr unsigned kAll = 0xffffffffu;
constexpr int kMostWarps = 32;
constexpr int kHeldPerThread = 16;
constexpr int kHeldThreads = 768;  // at most; more would not leave them registers enough
constexpr int kSplitThreads = 256;

__device__ int lane_index() { return threadIdx.x % kWarpSize; }
__device__ int warp_index() { return threadIdx.x / kWarpSize; }

// ------------------------------------------------------------------------------------- sums

// In every lane.
__device__ float warp_sum(float x) {
#pragma unroll
  for (int step = kWarpSize / 2; step > 0; step /= 2) x += __shfl_xor_sync(kAll, x, step);
  return x;
}

template <int kCount>
struct Sums {
  float value[kCount];
};

template <int kCount>
struct Partials {
  float value[kCount][kMostWarps];
};

// In every thread of the block. Every thread of the block must come here; a block uses an array of
// partials once.
template <int kCount>
__device__ Sums<kCount> block_sums(const Sums<kCount>& own, Partials<kCount>& partials) {
  Sums<kCount> sums;
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    sums.value[i] = warp_sum(own.value[i]);
    if (lane_index() == 0) partials.value[i][warp_index()] = sums.value[i];
  }
  __syncthreads();  // for all partials
  const int warps = blockDim.x / kWarpSize;
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    sums.value[i] = warp_sum(lane_index() < warps ? partials.value[i][lane_index()] : 0);
  }
  return sums;
}

// ------------------------------------------------------------------- where elements belong

// What a block works on: whole channels of one example. Elements are counted from its first.
struct Part {
  long long example;
  int index;          // among the parts of its example
  int first_channel;
  int channels;
  int positions;

  __device__ int length() const { return channels * positions; }
};

struct RowShape {
  int basis_size;
  int channels;
  int positions;

  __device__ int length() const { return channels * positions; }

  __device__ Part whole(long long example) const { return {example, 0, 0, channels, positions}; }

  // Blocks go through the parts of an example before those of the next.
  __device__ Part part(int parts, int channels_per_part) const {
    const long long example = blockIdx.x / parts;
    const int index = static_cast<int>(blockIdx.x - example * parts);
    const int first = index * channels_per_part;
    return {example, index, first, min(channels_per_part, channels - first), positions};
  }
};

// The elements of a part that one warp goes through, a tile at a time.
struct Stretch {
  int first;
  int size;  // the same for all warps of the block, a multiple of a tile's
  int end;   // no further than the part's

  __device__ static Stretch of(const Part& part, int size) {
    const int first = warp_index() * size;
    return {first, size, min(first + size, part.length())};
  }

  // Tiles dealt out evenly.
  __device__ static Stretch fair(const Part& part, int tile) {
    const int lot = blockDim.x / kWarpSize * tile;
    return of(part, (part.length() + lot - 1) / lot * tile);
  }
};

// Neighbouring elements of a row, kPerThread in each lane; vector k of lane l is the (32 k + l)-th.
template <typename T, int kWidth, int kPerThread>
struct Tile {
  static constexpr int kElements = kPerThread * kWarpSize;
  static constexpr int kVectors = kPerThread / kWidth;
  static constexpr int kStep = kWarpSize * kWidth;  // from one vector of a lane to its next

  // The lane's first element in the tile that starts at `first`.
  __device__ static int element(int first) { return first + lane_index() * kWidth; }

  // Zeros from `end` on.
  __device__ void load(const T* __restrict__ row, int first, int end) {
    const T* from = row + element(first);
    if (first + kElements <= end) {
#pragma unroll
      for (int k = 0; k < kVectors; ++k) vector[k] = Vector<T, kWidth>::load(from + k * kStep);
      return;
    }
    const int left = end - element(first);
#pragma unroll
    for (int k = 0; k < kVectors; ++k) {
      if (k * kStep < left) {
        vector[k] = Vector<T, kWidth>::load(from + k * kStep);
      } else {
#pragma unroll
        for (int i = 0; i < kWidth; ++i) vector[k].value[i] = 0;
      }
    }
  }

  Vector<T, kWidth> vector[kVectors];
};

// What a block holds of a row, 16 elements a thread; and what it goes through a row by.
template <typename T, int kWidth>
using HeldTile = Tile<T, kWidth, kHeldPerThread>;
template <typename T, int kWidth>
using PassingTile = Tile<T, kWidth, kWidth == 1 ? 4 : kHeldPerThread>;

// Which channel a lane's next vector is in. With kEach every element is a channel of its own and
// `channel` the first of a vector's.
template <int kWidth, bool kEach>
struct Place {
  int vectors;  // of a channel
  int channel;
  int position;  // in the channel, in vectors

  __device__ Place(const Part& part, int first) {
    // Not to be merged with the same computation elsewhere: all places of a tile, kept from one
    // pass over it to the next, would not leave registers enough.
    asm volatile("" : "+r"(first));
    const int vector = first / kWidth + lane_index();
    vectors = kEach ? 1 : part.positions / kWidth;
    const int unit = vector / vectors;
    channel = kEach ? unit * kWidth : unit;
    position = vector - unit * vectors;
  }

  // On to the lane's next vector, kWarpSize further.
  __device__ void advance() {
    if constexpr (kEach) {
      channel += kWarpSize * kWidth;
    } else {
      const int whole = kWarpSize / vectors;
      channel += whole;
      position += kWarpSize - whole * vectors;
      if (position >= vectors) {
        position -= vectors;
        ++channel;
      }
    }
  }

  __device__ bool ends_channel() const { return position == vectors - 1; }
};

// ----------------------------------------------------------------------------- mixed gains

// Gains (or shifts) of one part's channels.
struct Basis {
  const float* __restrict__ coefficients;  // of this example
  int basis_size;
  const float* __restrict__ points;  // basis points, from this part's first channel on
  int channels;                      // of a basis point

  __device__ static Basis of(const float* coefficients, const float* points, const RowShape& shape,
                             const Part& part) {
    return {coefficients + part.example * shape.basis_size, shape.basis_size,
            points + part.first_channel, shape.channels};
  }

  // sum_k a_k point_k of one channel: four basis points at a time, but none that has no part in the
  // mixture, as most of a spline's have not.
  __device__ float mixed(int channel) const {
    constexpr int kTogether = 4;
    const float* from = points + channel;
    float sum = 0;
#pragma unroll 1
    for (int k = 0; k < basis_size; k += kTogether) {
      float a[kTogether];
      float point[kTogether];
#pragma unroll
      for (int j = 0; j < kTogether; ++j) a[j] = k + j < basis_size ? coefficients[k + j] : 0;
#pragma unroll
      for (int j = 0; j < kTogether; ++j) {
        point[j] = a[j] != 0 ? from[static_cast<long long>(j) * channels] : 0;
      }
#pragma unroll
      for (int j = 0; j < kTogether; ++j) sum = fmaf(a[j], point[j], sum);
      from += static_cast<long long>(kTogether) * channels;
    }
    return sum;
  }

  // Mixes the channels of the part. A barrier lies between this and the first look at the table.
  __device__ void mix(const Part& part, float* table) const {
#pragma unroll 1
    for (int c = threadIdx.x; c < part.channels; c += blockDim.x) table[c] = mixed(c);
  }
};

// The mixed gains (or shifts) of a tile. Where channels have more than one element they are looked
// up in a table; where each element has its own they are mixed here.
template <typename Tile, int kWidth, bool kEach>
struct Mixture {
  const float* table;

  __device__ Mixture(const Basis&, const float* mixed, int, int) : table(mixed) {}

  __device__ float at(int, int, int channel) const { return table[channel]; }
};

template <typename Tile, int kWidth>
struct Mixture<Tile, kWidth, true> {
  float value[Tile::kVectors][kWidth];

  __device__ Mixture(const Basis& basis, const float*, int first, int end) : value{} {
    const int left = end - Tile::element(first);
    const float* from = basis.points + Tile::element(first);
#pragma unroll 1
    for (int k = 0; k < basis.basis_size; ++k) {
      const float a = basis.coefficients[k];
      if (a != 0) {
#pragma unroll
        for (int v = 0; v < Tile::kVectors; ++v) {
#pragma unroll
          for (int i = 0; i < kWidth; i += 4) {
            if (v * Tile::kStep < left) {
              const auto four = Vector<float, 4>::load(from + v * Tile::kStep + i);
#pragma unroll
              for (int j = 0; j < 4; ++j) value[v][i + j] = fmaf(a, four.value[j], value[v][i + j]);
            }
          }
        }
      }
      from += basis.channels;
    }
  }

  __device__ float at(int vector, int i, int) const { return value[vector][i]; }
};

// --------------------------------------------------------------------------------- forward

struct ForwardArrays {
  const float* __restrict__ coefficients;
  const float* __restrict__ gains;
  const float* __restrict__ shifts;
  float* __restrict__ means;
  float* __restrict__ inverse_deviations;
};

struct Moments {
  float estimate;           // of the mean
  float correction;         // mean - estimate
  float inverse_deviation;

  // From the sums of x - estimate and of its square.
  __device__ static Moments of(float estimate, const Sums<2>& sums, int length, float epsilon) {
    const float count = static_cast<float>(length);
    Moments moments;
    moments.estimate = estimate;
    moments.correction = sums.value[0] / count;
    const float variance = (sums.value[1] - sums.value[0] * moments.correction) / count;
    moments.inverse_deviation = 1 / sqrtf((variance < 0 ? 0 : variance) + epsilon);
    return moments;
  }

  __device__ float normalise(float x) const {
    return ((x - estimate) - correction) * inverse_deviation;
  }

  __device__ void store(const ForwardArrays& arrays, long long example) const {
    arrays.means[example] = estimate + correction;
    arrays.inverse_deviations[example] = inverse_deviation;
  }
};

template <int kWidth, typename Tile>
__device__ void add_moments(const Tile& x, int first, int end, float estimate, Sums<2>& sums) {
  const int left = end - Tile::element(first);
#pragma unroll
  for (int k = 0; k < Tile::kVectors; ++k) {
    if (k * Tile::kStep < left) {
#pragma unroll
      for (int i = 0; i < kWidth; ++i) {
        const float away = x.vector[k].value[i] - estimate;
        sums.value[0] += away;
        sums.value[1] = fmaf(away, away, sums.value[1]);
      }
    }
  }
}

// Overwrites x.
template <bool kEach, int kWidth, typename T, typename Tile>
__device__ void store_normalised(Tile& x, int first, int end, const Moments& moments,
                                 const Basis& gains, const Basis& shifts, const float* table,
                                 const Part& part, Place<kWidth, kEach>& place, T* __restrict__ y) {
  T* to = y + Tile::element(first);
  const int left = end - Tile::element(first);
  Place<kWidth, kEach> gain_place = place;
  const Mixture<Tile, kWidth, kEach> gain(gains, table, first, end);
#pragma unroll
  for (int k = 0; k < Tile::kVectors; ++k) {
    if (k * Tile::kStep < left) {
#pragma unroll
      for (int i = 0; i < kWidth; ++i) {
        x.vector[k].value[i] =
            moments.normalise(x.vector[k].value[i]) * gain.at(k, i, gain_place.channel);
      }
    }
    gain_place.advance();
  }
  const Mixture<Tile, kWidth, kEach> shift(shifts, table + part.channels, first, end);
#pragma unroll
  for (int k = 0; k < Tile::kVectors; ++k) {
    if (k * Tile::kStep < left) {
#pragma unroll
      for (int i = 0; i < kWidth; ++i) x.vector[k].value[i] += shift.at(k, i, place.channel);
      x.vector[k].store(to + k * Tile::kStep);
    }
    place.advance();
  }
}

struct ForwardRoom {
  Partials<1> estimate;
  Partials<2> moments;
};

template <typename T, int kWidth, bool kEach>
__device__ void forward_held(const T* __restrict__ x, T* __restrict__ y,
                             const ForwardArrays& arrays, const RowShape& shape, float epsilon,
                             ForwardRoom& room, float* table) {
  using Tile = HeldTile<T, kWidth>;
  const Part part = shape.whole(blockIdx.x);
  const Stretch stretch = Stretch::of(part, Tile::kElements);
  const int length = shape.length();
  Tile held;
  held.load(x + part.example * length, stretch.first, stretch.end);
  const Basis gains = Basis::of(arrays.coefficients, arrays.gains, shape, part);
  const Basis shifts = Basis::of(arrays.coefficients, arrays.shifts, shape, part);
  if constexpr (!kEach) {
    gains.mix(part, table);
    shifts.mix(part, table + part.channels);
  }
  Sums<1> sum = {};
#pragma unroll
  for (int k = 0; k < Tile::kVectors; ++k) {
#pragma unroll
    for (int i = 0; i < kWidth; ++i) sum.value[0] += held.vector[k].value[i];
  }
  const float estimate = block_sums(sum, room.estimate).value[0] / static_cast<float>(length);
  Sums<2> sums = {};
  add_moments<kWidth>(held, stretch.first, stretch.end, estimate, sums);
  const Moments moments = Moments::of(estimate, block_sums(sums, room.moments), length, epsilon);
  if (threadIdx.x == 0) moments.store(arrays, part.example);
  Place<kWidth, kEach> place(part, stretch.first);
  store_normalised<kEach>(held, stretch.first, stretch.end, moments, gains, shifts, table, part,
                          place, y + part.example * length);
}

// The mean of a row's first elements: near enough to its mean to take variances about.
template <typename T>
__device__ float estimate_mean(const T* __restrict__ row, int length) {
  const int count = min(length, kWarpSize);
  const float sum = warp_sum(lane_index() < count ? widen(row[lane_index()]) : 0);
  return sum / static_cast<float>(count);
}

// What the parts of an example found, in a fixed order.
template <int kCount>
__device__ Sums<kCount> sums_of_parts(const float* __restrict__ partials, const Part& part,
                                      int parts) {
  Sums<kCount> sums;
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    float own = 0;
#pragma unroll 1
    for (int p = lane_index(); p < parts; p += kWarpSize) {
      own += partials[(part.example * parts + p) * kCount + i];
    }
    sums.value[i] = warp_sum(own);
  }
  return sums;
}

template <int kCount>
__device__ void store_sums(const Sums<kCount>& sums, const Part& part, int parts,
                           float* __restrict__ partials) {
  if (threadIdx.x == 0) {
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
      partials[(part.example * parts + part.index) * kCount + i] = sums.value[i];
    }
  }
}

template <typename T, int kWidth>
__device__ void forward_sums(const T* __restrict__ x, const RowShape& shape, int parts,
                             int channels_per_part, float* __restrict__ partials,
                             Partials<2>& room) {
  using Tile = PassingTile<T, kWidth>;
  const Part part = shape.part(parts, channels_per_part);
  const Stretch stretch = Stretch::fair(part, Tile::kElements);
  const T* row = x + part.example * shape.length();
  const T* own = row + part.first_channel * shape.positions;
  const float estimate = estimate_mean(row, shape.length());
  Sums<2> sums = {};
#pragma unroll 1
  for (int first = stretch.first; first < stretch.end; first += Tile::kElements) {
    Tile tile;
    tile.load(own, first, stretch.end);
    add_moments<kWidth>(tile, first, stretch.end, estimate, sums);
  }
  store_sums(block_sums(sums, room), part, parts, partials);
}

template <typename T, int kWidth, bool kEach>
__device__ void forward_split(const T* __restrict__ x, T* __restrict__ y,
                              const ForwardArrays& arrays, const RowShape& shape, int parts,
                              int channels_per_part, float epsilon,
                              const float* __restrict__ partials, float* table) {
  using Tile = PassingTile<T, kWidth>;
  const Part part = shape.part(parts, channels_per_part);
  const Stretch stretch = Stretch::fair(part, Tile::kElements);
  const long long offset = part.example * shape.length();
  const int own = part.first_channel * shape.positions;
  const Basis gains = Basis::of(arrays.coefficients, arrays.gains, shape, part);
  const Basis shifts = Basis::of(arrays.coefficients, arrays.shifts, shape, part);
  if constexpr (!kEach) {
    gains.mix(part, table);
    shifts.mix(part, table + part.channels);
  }
  const Moments moments =
      Moments::of(estimate_mean(x + offset, shape.length()),
                  sums_of_parts<2>(partials, part, parts), shape.length(), epsilon);
  if (threadIdx.x == 0 && part.index == 0) moments.store(arrays, part.example);
  __syncthreads();  // for both tables
  Place<kWidth, kEach> place(part, stretch.first);
#pragma unroll 1
  for (int first = stretch.first; first < stretch.end; first += Tile::kElements) {
    Tile tile;
    tile.load(x + offset + own, first, stretch.end);
    store_normalised<kEach>(tile, first, stretch.end, moments, gains, shifts, table, part, place,
                            y + offset + own);
  }
}

// -------------------------------------------------------------------------------- backward

struct BackwardArrays {
  const float* __restrict__ coefficients;
  const float* __restrict__ gains;
  const float* __restrict__ means;
  const float* __restrict__ inverse_deviations;
  float* __restrict__ example_gains;   // dgain_ic
  float* __restrict__ example_shifts;  // dshift_ic
};

// x less its mean as that was stored, in deviations; `rest` is the mean of that, what rounding
// left of it.
struct Standard {
  float mean;
  float inverse_deviation;

  __device__ Standard(const BackwardArrays& arrays, long long example)
      : mean(arrays.means[example]), inverse_deviation(arrays.inverse_deviations[example]) {}

  __device__ float of(float x) const { return (x - mean) * inverse_deviation; }
};

// What the gradient of a whole row needs of it: the means of xhat as first computed, of g, and of
// g times xhat.
struct RowMeans {
  float rest;
  float g;
  float g_xhat;

  __device__ static RowMeans of(const Sums<3>& sums, int length) {
    const float count = static_cast<float>(length);
    const float rest = sums.value[0] / count;
    return {rest, sums.value[1] / count, (sums.value[2] - sums.value[1] * rest) / count};
  }
};

template <bool kEach, int kWidth, typename Tile>
__device__ void add_row_sums(const Tile& x, const Tile& dy, int first, int end,
                             const Standard& standard, const Mixture<Tile, kWidth, kEach>& gain,
                             Place<kWidth, kEach>& place, Sums<3>& sums) {
  const int left = end - Tile::element(first);
#pragma unroll
  for (int k = 0; k < Tile::kVectors; ++k) {
    if (k * Tile::kStep < left) {
#pragma unroll
      for (int i = 0; i < kWidth; ++i) {
        const float xhat = standard.of(x.vector[k].value[i]);
        const float g = dy.vector[k].value[i] * gain.at(k, i, place.channel);
        sums.value[0] += xhat;
        sums.value[1] += g;
        sums.value[2] = fmaf(g, xhat, sums.value[2]);
      }
    }
    place.advance();
  }
}

// Sums over the positions of each channel, of a stretch whose channels may go on in the next
// warp's: what a warp has of a channel that another began or goes on with is put aside.
struct Ends {
  float head_gain[kMostWarps];  // the end of a channel that began before the warp's stretch
  float head_shift[kMostWarps];
  int head_channel[kMostWarps];  // -1: there is none
  float tail_gain[kMostWarps];   // the beginning, or the middle, of one that does not end in it
  float tail_shift[kMostWarps];
};

struct ChannelSums {
  float gain;   // so far, of the channel that the last vector was in
  float shift;

  // One vector a lane. `began` is where the vector's channel begins, `first` the warp's stretch.
  template <int kWidth>
  __device__ void add(float own_gain, float own_shift, const Place<kWidth, false>& place, int began,
                      int first, bool live, Ends& ends, float* __restrict__ example_gains,
                      float* __restrict__ example_shifts) {
    const int lane = lane_index();
    const int reach = min(lane, place.position);  // lanes before this one with the same channel
    int step = 1;
    do {
      const float up_gain = __shfl_up_sync(kAll, own_gain, step);
      const float up_shift = __shfl_up_sync(kAll, own_shift, step);
      if (reach >= step) {
        own_gain += up_gain;
        own_shift += up_shift;
      }
      step *= 2;
    } while (step < kWarpSize && step < place.vectors);
    if (place.position > lane) {
      own_gain += gain;
      own_shift += shift;
    }
    if (live && place.ends_channel()) {
      if (began < first) {
        ends.head_gain[warp_index()] = own_gain;
        ends.head_shift[warp_index()] = own_shift;
        ends.head_channel[warp_index()] = place.channel;
      } else {
        example_gains[place.channel] = own_gain;
        example_shifts[place.channel] = own_shift;
      }
    }
    gain = __shfl_sync(kAll, own_gain, kWarpSize - 1);
    shift = __shfl_sync(kAll, own_shift, kWarpSize - 1);
  }
};

// A barrier lies before this and after all head_channel are -1.
template <typename T, int kWidth, bool kEach>
struct BackwardRow {
  const Standard& standard;
  const RowMeans& means;
  const Stretch& stretch;
  Ends& ends;
  T* __restrict__ dx;                 // this part's
  float* __restrict__ example_gains;  // from this part's first channel on
  float* __restrict__ example_shifts;
  ChannelSums channel_sums;

  template <typename Tile>
  __device__ void store(const Tile& x, const Tile& dy, int first,
                        const Mixture<Tile, kWidth, kEach>& gain, Place<kWidth, kEach>& place) {
    const int e = Tile::element(first);
    const int left = stretch.end - e;
#pragma unroll
    for (int k = 0; k < Tile::kVectors; ++k) {
      const bool live = k * Tile::kStep < left;
      float dy_xhat[kWidth] = {};
      if (live) {
        Vector<T, kWidth> out;
#pragma unroll
        for (int i = 0; i < kWidth; ++i) {
          const float xhat = standard.of(x.vector[k].value[i]) - means.rest;
          const float g = dy.vector[k].value[i] * gain.at(k, i, place.channel);
          out.value[i] = standard.inverse_deviation * fmaf(-xhat, means.g_xhat, g - means.g);
          dy_xhat[i] = dy.vector[k].value[i] * xhat;
        }
        out.store(dx + e + k * Tile::kStep);
      }
      store_channels(dy_xhat, dy.vector[k], e + k * Tile::kStep, live, place);
      place.advance();
    }
  }

  __device__ void store_channels(const float (&dy_xhat)[kWidth], const Vector<T, kWidth>& dy,
                                 int e, bool live, const Place<kWidth, kEach>& place) {
    if constexpr (kEach) {
      if (!live) return;
#pragma unroll
      for (int i = 0; i < kWidth; i += 4) {
        const Vector<float, 4> gain = {dy_xhat[i], dy_xhat[i + 1], dy_xhat[i + 2], dy_xhat[i + 3]};
        const Vector<float, 4> shift = {dy.value[i], dy.value[i + 1], dy.value[i + 2],
                                        dy.value[i + 3]};
        gain.store(example_gains + place.channel + i);
        shift.store(example_shifts + place.channel + i);
      }
    } else {
      float gain = 0;
      float shift = 0;
#pragma unroll
      for (int i = 0; i < kWidth; ++i) {
        gain += dy_xhat[i];
        shift += dy.value[i];
      }
      channel_sums.add(gain, shift, place, e - place.position * kWidth, stretch.first, live, ends,
                       example_gains, example_shifts);
    }
  }

  // Adds up the channels that more than one warp has some of. All threads of the block come here.
  __device__ void finish(const Part& part) {
    if constexpr (!kEach) {
      const int warp = threadIdx.x;
      if (lane_index() == 0) {
        ends.tail_gain[warp_index()] = channel_sums.gain;
        ends.tail_shift[warp_index()] = channel_sums.shift;
      }
      __syncthreads();  // for heads and tails
      if (warp >= blockDim.x / kWarpSize || ends.head_channel[warp] < 0) return;
      const int channel = ends.head_channel[warp];
      float gain = 0;
      float shift = 0;
#pragma unroll 1
      for (int v = channel * part.positions / stretch.size; v < warp; ++v) {
        gain += ends.tail_gain[v];
        shift += ends.tail_shift[v];
      }
      example_gains[channel] = gain + ends.head_gain[warp];
      example_shifts[channel] = shift + ends.head_shift[warp];
    }
  }
};

struct BackwardRoom {
  Partials<3> sums;
  Ends ends;
};

template <typename T, int kWidth, bool kEach>
__device__ void backward_held(const T* __restrict__ x, const T* __restrict__ dy,
                              T* __restrict__ dx, const BackwardArrays& arrays,
                              const RowShape& shape, BackwardRoom& room, float* table) {
  using Tile = HeldTile<T, kWidth>;
  const Part part = shape.whole(blockIdx.x);
  const Stretch stretch = Stretch::of(part, Tile::kElements);
  const long long offset = part.example * shape.length();
  Tile held_x;
  Tile held_dy;
  held_x.load(x + offset, stretch.first, stretch.end);
  held_dy.load(dy + offset, stretch.first, stretch.end);
  const Basis gains = Basis::of(arrays.coefficients, arrays.gains, shape, part);
  if constexpr (!kEach) gains.mix(part, table);
  const Standard standard(arrays, part.example);
  if (lane_index() == 0) room.ends.head_channel[warp_index()] = -1;
  __syncthreads();  // for the table and the absence of heads
  Sums<3> sums = {};
  const Mixture<Tile, kWidth, kEach> gain(gains, table, stretch.first, stretch.end);
  Place<kWidth, kEach> first_place(part, stretch.first);
  add_row_sums<kEach>(held_x, held_dy, stretch.first, stretch.end, standard, gain, first_place,
                      sums);
  const RowMeans means = RowMeans::of(block_sums(sums, room.sums), shape.length());
  BackwardRow<T, kWidth, kEach> row = {standard,
                                       means,
                                       stretch,
                                       room.ends,
                                       dx + offset,
                                       arrays.example_gains + part.example * shape.channels,
                                       arrays.example_shifts + part.example * shape.channels,
                                       {}};
  Place<kWidth, kEach> place(part, stretch.first);
  row.store(held_x, held_dy, stretch.first, gain, place);
  row.finish(part);
}

template <typename T, int kWidth, bool kEach>
__device__ void backward_sums(const T* __restrict__ x, const T* __restrict__ dy,
                              const BackwardArrays& arrays, const RowShape& shape, int parts,
                              int channels_per_part, float* __restrict__ partials,
                              Partials<3>& room, float* table) {
  using Tile = PassingTile<T, kWidth>;
  const Part part = shape.part(parts, channels_per_part);
  const Stretch stretch = Stretch::fair(part, Tile::kElements);
  const long long own = part.example * shape.length() + part.first_channel * shape.positions;
  const Basis gains = Basis::of(arrays.coefficients, arrays.gains, shape, part);
  if constexpr (!kEach) gains.mix(part, table);
  const Standard standard(arrays, part.example);
  __syncthreads();  // for the sums' table
  Sums<3> sums = {};
  Place<kWidth, kEach> place(part, stretch.first);
#pragma unroll 1
  for (int first = stretch.first; first < stretch.end; first += Tile::kElements) {
    Tile tile_x;
    Tile tile_dy;
    tile_x.load(x + own, first, stretch.end);
    tile_dy.load(dy + own, first, stretch.end);
    const Mixture<Tile, kWidth, kEach> gain(gains, table, first, stretch.end);
    add_row_sums<kEach>(tile_x, tile_dy, first, stretch.end, standard, gain, place, sums);
  }
  store_sums(block_sums(sums, room), part, parts, partials);
}

template <typename T, int kWidth, bool kEach>
__device__ void backward_split(const T* __restrict__ x, const T* __restrict__ dy,
                               T* __restrict__ dx, const BackwardArrays& arrays,
                               const RowShape& shape, int parts, int channels_per_part,
                               const float* __restrict__ partials, Ends& ends, float* table) {
  using Tile = PassingTile<T, kWidth>;
  const Part part = shape.part(parts, channels_per_part);
  const Stretch stretch = Stretch::fair(part, Tile::kElements);
  const long long own = part.example * shape.length() + part.first_channel * shape.positions;
  const long long own_channels = part.example * shape.channels + part.first_channel;
  const Basis gains = Basis::of(arrays.coefficients, arrays.gains, shape, part);
  if constexpr (!kEach) gains.mix(part, table);
  const Standard standard(arrays, part.example);
  if (lane_index() == 0) ends.head_channel[warp_index()] = -1;
  __syncthreads();  // for the part's table and the absence of heads
  const RowMeans means = RowMeans::of(sums_of_parts<3>(partials, part, parts), shape.length());
  BackwardRow<T, kWidth, kEach> row = {standard,
                                       means,
                                       stretch,
                                       ends,
                                       dx + own,
                                       arrays.example_gains + own_channels,
                                       arrays.example_shifts + own_channels,
                                       {}};
  Place<kWidth, kEach> place(part, stretch.first);
#pragma unroll 1
  for (int first = stretch.first; first < stretch.end; first += Tile::kElements) {
    Tile tile_x;
    Tile tile_dy;
    tile_x.load(x + own, first, stretch.end);
    tile_dy.load(dy + own, first, stretch.end);
    const Mixture<Tile, kWidth, kEach> gain(gains, table, first, stretch.end);
    row.store(tile_x, tile_dy, first, gain, place);
  }
  row.finish(part);
}

}  // namespace

extern __shared__ float mixed[];

// For every storage and width. C: channels; P: positions; C P at most 2^30.
//
// norm_forward: writes y, means and inverse_deviations. Launch: a block for each example, 32
// threads for every 512 elements of a row. Dynamic shared memory, unless _each: 2 C words.
//
// norm_forward_sums, then norm_forward_split: the same with an example's channels split into parts
// of channels_per_part. partials: batch x parts x 2, written by the first and read
// by the second. Launch: a block of kSplitThreads for each part of each example, parts first.
// Dynamic shared memory of the second, unless _each: 2 channels_per_part words.
#define FORWARD_PARAMETERS                                                                 \
  const float *__restrict__ coefficients, const float *__restrict__ gains,                 \
      const float *__restrict__ shifts, float *__restrict__ means,                         \
      float *__restrict__ inverse_deviations, int basis_size, int channels, int positions, \
      float epsilon
#define FORWARD_ARRAYS \
  ForwardArrays { coefficients, gains, shifts, means, inverse_deviations }
#define ROW_SHAPE \
  RowShape { basis_size, channels, positions }

#define FORWARD_ENTRIES(NAME, T, WIDTH, EACH)                                                   \
  extern "C" __global__ void __launch_bounds__(kHeldThreads, 1)                                 \
      norm_forward_##NAME(const T* __restrict__ x, T* __restrict__ y, FORWARD_PARAMETERS) {     \
    __shared__ ForwardRoom room;                                                                \
    forward_held<T, WIDTH, EACH>(x, y, FORWARD_ARRAYS, ROW_SHAPE, epsilon, room, mixed);        \
  }                                                                                             \
  extern "C" __global__ void __launch_bounds__(kSplitThreads, 1)                                \
      norm_forward_split_##NAME(const T* __restrict__ x, T* __restrict__ y, FORWARD_PARAMETERS, \
                                int parts, int channels_per_part,                               \
                                const float* __restrict__ partials) {                           \
    forward_split<T, WIDTH, EACH>(x, y, FORWARD_ARRAYS, ROW_SHAPE, parts, channels_per_part,    \
                                  epsilon, partials, mixed);                                    \
  }

#define FORWARD_SUMS_ENTRY(NAME, T, WIDTH)                                                      \
  extern "C" __global__ void __launch_bounds__(kSplitThreads, 1)                                \
      norm_forward_sums_##NAME(const T* __restrict__ x, int channels, int positions, int parts, \
                               int channels_per_part, float* __restrict__ partials) {           \
    __shared__ Partials<2> room;                                                                \
    forward_sums<T, WIDTH>(x, RowShape{0, channels, positions}, parts, channels_per_part,       \
                           partials, room);                                                     \
  }

// norm_backward: writes dx, example_gains and example_shifts; means and inverse_deviations are
// those that forward wrote. norm_backward_sums, then norm_backward_split: the same in parts;
// partials: batch x parts x 3. Launches as forward's; dynamic shared memory of all three,
// unless _each: C or channels_per_part words.
#define BACKWARD_PARAMETERS                                                                  \
  const float *__restrict__ coefficients, const float *__restrict__ gains,                   \
      const float *__restrict__ means, const float *__restrict__ inverse_deviations,         \
      float *__restrict__ example_gains, float *__restrict__ example_shifts, int basis_size, \
      int channels, int positions
#define BACKWARD_ARRAYS \
  BackwardArrays { coefficients, gains, means, inverse_deviations, example_gains, example_shifts }

#define BACKWARD_ENTRIES(NAME, T, WIDTH, EACH)                                                    \
  extern "C" __global__ void __launch_bounds__(kHeldThreads, 1)                                   \
      norm_backward_##NAME(const T* __restrict__ x, const T* __restrict__ dy, T* __restrict__ dx, \
                           BACKWARD_PARAMETERS) {                                                 \
    __shared__ BackwardRoom room;                                                                 \
    backward_held<T, WIDTH, EACH>(x, dy, dx, BACKWARD_ARRAYS, ROW_SHAPE, room, mixed);            \
  }                                                                                               \
  extern "C" __global__ void __launch_bounds__(kSplitThreads, 1)                                  \
      norm_backward_split_##NAME(const T* __restrict__ x, const T* __restrict__ dy,               \
                                 T* __restrict__ dx, BACKWARD_PARAMETERS, int parts,              \
                                 int channels_per_part, const float* __restrict__ partials) {     \
    __shared__ Ends ends;                                                                         \
    backward_split<T, WIDTH, EACH>(x, dy, dx, BACKWARD_ARRAYS, ROW_SHAPE, parts,                  \
                                   channels_per_part, partials, ends, mixed);                     \
  }                                                                                               \
  extern "C" __global__ void __launch_bounds__(kSplitThreads, 1)                                  \
      norm_backward_sums_##NAME(const T* __restrict__ x, const T* __restrict__ dy,                \
                                const float* __restrict__ coefficients,                           \
                                const float* __restrict__ gains, const float* __restrict__ means, \
                                const float* __restrict__ inverse_deviations, int basis_size,     \
                                int channels, int positions, int parts,                           \
                                int channels_per_part, float* __restrict__ partials) {            \
    const BackwardArrays arrays = {coefficients, gains, means, inverse_deviations, nullptr,       \
                                   nullptr};                                                      \
    __shared__ Partials<3> room;                                                                  \
    backward_sums<T, WIDTH, EACH>(x, dy, arrays, ROW_SHAPE, parts, channels_per_part, partials,   \
                                  room, mixed);                                                   \
  }

#define NORM_ENTRIES(NAME, T, WIDTH, EACH) \
  FORWARD_ENTRIES(NAME, T, WIDTH, EACH)    \
  BACKWARD_ENTRIES(NAME, T, WIDTH, EACH)

NORM_ENTRIES(f32_x1, float, 1, false)
NORM_ENTRIES(f32_x4, float, 4, false)
NORM_ENTRIES(f32_x4_each, float, 4, true)
NORM_ENTRIES(bf16_x1, bf16, 1, false)
NORM_ENTRIES(bf16_x8, bf16, 8, false)
NORM_ENTRIES(bf16_x8_each, bf16, 8, true)
FORWARD_SUMS_ENTRY(f32_x1, float, 1)
FORWARD_SUMS_ENTRY(f32_x4, float, 4)
FORWARD_SUMS_ENTRY(bf16_x1, bf16, 1)
FORWARD_SUMS_ENTRY(bf16_x8, bf16, 8)
