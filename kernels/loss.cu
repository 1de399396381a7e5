// Softmax cross-entropy of B examples of c classes, forward and backward in one pass, and its sums.
//
//   L_i = log sum_j exp z_ij - z_i,label      dz_ij = (softmax(z_i)_j - [j = label]) / B
//
// logits z and gradient dz are B x c fp32, labels B int32, losses B fp32, correct B bytes: 1 where
// the label has the largest logit (the first if tied), else 0. The gradient may be null. A label
// outside [0, c) gives a NaN loss, a NaN gradient row and correct = 0. A NaN or +inf among the
// logits gives a NaN loss and a NaN gradient row.
//
// Shifted by the largest logit, so that nothing overflows. With r = sum over j != label of
// exp(z_j - max) and e = exp(z_label - max), the loss is max - z_label + log(r + e), or log1p(r)
// where the label is the largest, and the label's gradient is -r / (r + e): no difference of
// numbers close to 1 is taken, so both keep their digits when a prediction is nearly certain.
//
// Ideal traffic: 2 B c words, and 2 B words and B bytes. Rows of up to 4096 logits are held in
// registers; longer ones are read three times, from L1 as far as it holds them. For B = 0 nothing
// is launched. Rows are independent and sums have a fixed order: same input, same bits.

#include "common.cuh"

namespace {

using loxodrome::Vector;

constexpr int kThreads = 256;
constexpr int kWarpSize = 32;
constexpr int kWarps = kThreads / kWarpSize;
constexpr unsigned kAll = 0xffffffffu;
constexpr int kHeld = 16;  // logits that a thread of a held row has in registers

struct Batch {
  const float* __restrict__ logits;
  const int* __restrict__ labels;
  float* __restrict__ losses;
  unsigned char* __restrict__ correct;
  float* __restrict__ gradient;
  long long rows;
  int classes;
  float inverse_rows;
};

__device__ float not_a_number() { return __int_as_float(0x7fffffff); }
__device__ float minus_infinity() { return __int_as_float(0xff800000); }

// What every thread of a row knows about its label.
struct Label {
  int index;
  bool valid;
  float logit;

  __device__ static Label of(const Batch& batch, long long row) {
    Label label;
    label.index = batch.labels[row];
    label.valid = label.index >= 0 && label.index < batch.classes;
    label.logit = label.valid ? batch.logits[row * batch.classes + label.index] : not_a_number();
    return label;
  }

  // Whether logit z of class j keeps the label from being the first largest. A NaN is larger than
  // nothing, but the search starts at class 0 and never leaves a NaN there.
  __device__ bool loses_to(int j, float z) const {
    if (j > index) return z > logit;
    if (j == index) return false;
    return j == 0 ? !(z < logit) : z >= logit;
  }
};

// A row once its sums are known.
struct Outcome {
  float loss;
  float scale;            // of exp(z_j - largest) in the gradient
  float label_gradient;

  __device__ static Outcome of(const Batch& batch, const Label& label, float largest, float rest) {
    const float own = expf(label.logit - largest);  // NaN where the label is not valid
    const float sum = rest + own;
    Outcome outcome;
    outcome.loss =
        (largest - label.logit) + (label.logit == largest ? log1pf(rest) : logf(sum));
    outcome.scale = batch.inverse_rows / sum;
    outcome.label_gradient = -rest * outcome.scale;
    return outcome;
  }

  __device__ float gradient(bool is_label, float exponential) const {
    return is_label ? label_gradient : exponential * scale;
  }

  __device__ void store(const Batch& batch, long long row, const Label& label, bool lost) const {
    batch.losses[row] = loss;
    batch.correct[row] = label.valid && !lost ? 1 : 0;
  }
};

// ------------------------------------------------- rows of up to 128: part of a warp for each

template <int kLanes>
__device__ float lanes_max(float x) {
#pragma unroll
  for (int step = kLanes / 2; step > 0; step /= 2) x = fmaxf(x, __shfl_xor_sync(kAll, x, step));
  return x;
}

template <int kLanes>
__device__ float lanes_sum(float x) {
#pragma unroll
  for (int step = kLanes / 2; step > 0; step /= 2) x += __shfl_xor_sync(kAll, x, step);
  return x;
}

// Whether any of the kLanes neighbours says so.
template <int kLanes>
__device__ bool lanes_any(bool x) {
  const unsigned votes = __ballot_sync(kAll, x);
  return (votes >> (threadIdx.x % kWarpSize / kLanes * kLanes) & kAll >> (kWarpSize - kLanes)) != 0;
}

// kLanes lanes per row, kEach logits per lane.
template <int kLanes, int kEach>
__device__ void short_rows(const Batch& batch) {
  constexpr int kRows = kThreads / kLanes;
  const int lane = threadIdx.x % kLanes;
  for (long long first = blockIdx.x * static_cast<long long>(kRows); first < batch.rows;
       first += gridDim.x * static_cast<long long>(kRows)) {
    // Lanes without a row do the last one again, so that shuffles find all lanes there.
    const long long own = first + threadIdx.x / kLanes;
    const bool live = own < batch.rows;
    const long long row = live ? own : batch.rows - 1;
    const float* logits = batch.logits + row * batch.classes;
    float z[kEach];
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      const int j = lane + k * kLanes;
      z[k] = j < batch.classes ? logits[j] : minus_infinity();
    }
    const Label label = Label::of(batch, row);
    float largest = minus_infinity();
    bool lost = false;
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      largest = fmaxf(largest, z[k]);
      lost |= label.loses_to(lane + k * kLanes, z[k]);
    }
    largest = lanes_max<kLanes>(largest);
    lost = lanes_any<kLanes>(lost);
    float rest = 0;
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      z[k] = expf(z[k] - largest);
      rest += lane + k * kLanes == label.index ? 0 : z[k];
    }
    const Outcome outcome = Outcome::of(batch, label, largest, lanes_sum<kLanes>(rest));
    if (!live) continue;
    if (lane == 0) outcome.store(batch, row, label, lost);
    if (batch.gradient == nullptr) continue;
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      const int j = lane + k * kLanes;
      if (j < batch.classes) {
        batch.gradient[row * batch.classes + j] = outcome.gradient(j == label.index, z[k]);
      }
    }
  }
}

// --------------------------------------------------------------- longer rows: a block for each

// What a warp of the block has, another in each of kWarps neighbouring lanes.
__device__ float of_each_warp(float x, float* partials) {
  const int lane = threadIdx.x % kWarpSize;
  if (lane == 0) partials[threadIdx.x / kWarpSize] = x;
  __syncthreads();  // for all partials
  return partials[lane % kWarps];
}

__device__ float block_max(float x, float* partials) {
  return lanes_max<kWarps>(of_each_warp(lanes_max<kWarpSize>(x), partials));
}

__device__ float block_sum(float x, float* partials) {
  return lanes_sum<kWarps>(of_each_warp(lanes_sum<kWarpSize>(x), partials));
}

// The barrier between two rows' use of either array is that of the other.
struct Partials {
  float largest[kWarps];
  float rest[kWarps];
};

// kWidth neighbouring logits at a time, 16 bytes or 4; the row has a multiple of kWidth.
template <int kWidth>
__device__ void held_row(const Batch& batch, long long row, Partials& partials) {
  constexpr int kVectors = kHeld / kWidth;
  const float* logits = batch.logits + row * batch.classes;
  Vector<float, kWidth> z[kVectors];
#pragma unroll
  for (int k = 0; k < kVectors; ++k) {
    const int j = (threadIdx.x + k * kThreads) * kWidth;
    if (j < batch.classes) {
      z[k] = Vector<float, kWidth>::load(logits + j);
    } else {
#pragma unroll
      for (int i = 0; i < kWidth; ++i) z[k].value[i] = minus_infinity();
    }
  }
  const Label label = Label::of(batch, row);
  float largest = minus_infinity();
  bool lost = false;
#pragma unroll
  for (int k = 0; k < kVectors; ++k) {
#pragma unroll
    for (int i = 0; i < kWidth; ++i) {
      largest = fmaxf(largest, z[k].value[i]);
      lost |= label.loses_to((threadIdx.x + k * kThreads) * kWidth + i, z[k].value[i]);
    }
  }
  largest = block_max(largest, partials.largest);
  lost = __syncthreads_or(lost);
  float rest = 0;
#pragma unroll
  for (int k = 0; k < kVectors; ++k) {
#pragma unroll
    for (int i = 0; i < kWidth; ++i) {
      float& value = z[k].value[i];
      value = expf(value - largest);
      rest += (threadIdx.x + k * kThreads) * kWidth + i == label.index ? 0 : value;
    }
  }
  const Outcome outcome =
      Outcome::of(batch, label, largest, block_sum(rest, partials.rest));
  if (threadIdx.x == 0) outcome.store(batch, row, label, lost);
  if (batch.gradient == nullptr) return;
#pragma unroll
  for (int k = 0; k < kVectors; ++k) {
    const int j = (threadIdx.x + k * kThreads) * kWidth;
    if (j < batch.classes) {
#pragma unroll
      for (int i = 0; i < kWidth; ++i) {
        z[k].value[i] = outcome.gradient(j + i == label.index, z[k].value[i]);
      }
      z[k].store(batch.gradient + row * batch.classes + j);
    }
  }
}

// Calls visit(j, vector) for every vector of a row that belongs to this thread, with kVectors
// loads in flight.
template <int kWidth, typename Visit>
__device__ void each_vector(const float* row, int classes, const Visit& visit) {
  constexpr int kVectors = 4;
  constexpr int kTile = kVectors * kThreads * kWidth;
  int tile = 0;
  for (; tile <= classes - kTile; tile += kTile) {
    Vector<float, kWidth> z[kVectors];
    const int first = tile + threadIdx.x * kWidth;
#pragma unroll
    for (int k = 0; k < kVectors; ++k) {
      z[k] = Vector<float, kWidth>::load(row + first + k * kThreads * kWidth);
    }
#pragma unroll
    for (int k = 0; k < kVectors; ++k) visit(first + k * kThreads * kWidth, z[k]);
  }
  for (int j = tile + threadIdx.x * kWidth; j < classes; j += kThreads * kWidth) {
    visit(j, Vector<float, kWidth>::load(row + j));
  }
}

template <int kWidth>
__device__ void streamed_row(const Batch& batch, long long row, Partials& partials) {
  const float* logits = batch.logits + row * batch.classes;
  const Label label = Label::of(batch, row);
  float largest = minus_infinity();
  bool lost = false;
  each_vector<kWidth>(logits, batch.classes, [&](int j, const Vector<float, kWidth>& z) {
#pragma unroll
    for (int i = 0; i < kWidth; ++i) {
      largest = fmaxf(largest, z.value[i]);
      lost |= label.loses_to(j + i, z.value[i]);
    }
  });
  largest = block_max(largest, partials.largest);
  lost = __syncthreads_or(lost);
  float rest = 0;
  each_vector<kWidth>(logits, batch.classes, [&](int j, const Vector<float, kWidth>& z) {
#pragma unroll
    for (int i = 0; i < kWidth; ++i) {
      rest += j + i == label.index ? 0 : expf(z.value[i] - largest);
    }
  });
  const Outcome outcome =
      Outcome::of(batch, label, largest, block_sum(rest, partials.rest));
  if (threadIdx.x == 0) outcome.store(batch, row, label, lost);
  if (batch.gradient == nullptr) return;
  float* gradient = batch.gradient + row * batch.classes;
  each_vector<kWidth>(logits, batch.classes, [&](int j, Vector<float, kWidth> z) {
#pragma unroll
    for (int i = 0; i < kWidth; ++i) {
      z.value[i] = outcome.gradient(j + i == label.index, expf(z.value[i] - largest));
    }
    z.store(gradient + j);
  });
}

}  // namespace

// All take: logits, labels, losses, correct, gradient (or null), rows B, classes c >= 1, 1 / B.
// Launch: 1-D blocks of kThreads, any number of them.
//   softmax_short16    c <= 16: 16 lanes a row         softmax_short32   c <= 32: a warp a row
//   softmax_short128   c <= 128: a warp a row
//   softmax_held_x1    c <= 4096: a block a row         softmax_streamed_x1   any c: a block a row
//   _x4                the same where c is a multiple of 4, logits and gradient 16-byte aligned
#define LOSS_ENTRY(NAME, BODY)                                                                    \
  extern "C" __global__ void __launch_bounds__(kThreads)                                          \
      NAME(const float* __restrict__ logits, const int* __restrict__ labels,                      \
           float* __restrict__ losses, unsigned char* __restrict__ correct,                       \
           float* __restrict__ gradient, long long rows, int classes, float inverse_rows) {       \
    const Batch batch = {logits, labels, losses, correct, gradient, rows, classes, inverse_rows}; \
    BODY                                                                                          \
  }

#define LOSS_BLOCKS(NAME, ROW)                                       \
  LOSS_ENTRY(NAME, {                                                 \
    __shared__ Partials partials;                                    \
    for (long long row = blockIdx.x; row < rows; row += gridDim.x) { \
      ROW(batch, row, partials);                                     \
    }                                                                \
  })

LOSS_ENTRY(softmax_short16, (short_rows<16, 1>(batch));)
LOSS_ENTRY(softmax_short32, (short_rows<32, 1>(batch));)
LOSS_ENTRY(softmax_short128, (short_rows<32, 4>(batch));)
LOSS_BLOCKS(softmax_held_x1, held_row<1>)
LOSS_BLOCKS(softmax_held_x4, held_row<4>)
LOSS_BLOCKS(softmax_streamed_x1, streamed_row<1>)
LOSS_BLOCKS(softmax_streamed_x4, streamed_row<4>)

// loss_sum = sum of losses, in double because a sum over an epoch's batches shall lose nothing;
// correct_sum = how many are correct. losses: rows fp32; correct: rows bytes; both sums 8 bytes.
// Traffic: 5 B bytes read. Launch: one block of kThreads, so that the order is fixed.
extern "C" __global__ void __launch_bounds__(kThreads)
    loss_sums(const float* __restrict__ losses, const unsigned char* __restrict__ correct,
              long long rows, double* __restrict__ loss_sum, long long* __restrict__ correct_sum) {
  __shared__ double loss[kThreads];
  __shared__ long long hits[kThreads];
  double own_loss = 0;
  long long own_hits = 0;
#pragma unroll 4
  for (long long i = threadIdx.x; i < rows; i += kThreads) {
    own_loss += losses[i];
    own_hits += correct[i];
  }
  loss[threadIdx.x] = own_loss;
  hits[threadIdx.x] = own_hits;
#pragma unroll 1
  for (int half = kThreads / 2; half > 0; half /= 2) {
    __syncthreads();  // for the sums of the step before
    if (threadIdx.x < half) {
      loss[threadIdx.x] += loss[threadIdx.x + half];
      hits[threadIdx.x] += hits[threadIdx.x + half];
    }
  }
  if (threadIdx.x == 0) {
    *loss_sum = loss[0];
    *correct_sum = hits[0];
  }
}
