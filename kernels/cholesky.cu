// What stands around cuBLAS in Cholesky's factor L of S + mu I, L L^T = S + mu I, and in what is
// solved with it, in blocks of at most kBlock = 64 rows.
//
//   cholesky_diagonal   L_jj from S_jj + mu I, in place                     one block of the diagonal
//   cholesky_forward    y = L_jj^-1 y for many vectors y, and -y beside it
//   cholesky_backward   y = L_jj^-T y for many vectors y, and -y beside it
//
// The rows below a block of the diagonal are vectors y of cholesky_forward, L_ij = S_ij L_jj^-T;
// then S_ik -= L_ij L_kj^T is a product of -L_ij, which adds. In a solution the vectors are columns.
//
// failed is set to 1 where a pivot is not positive or not finite, and the block left as it was; it
// is never set to anything else. Only lower triangles are read or written.
//
// Layouts, all float: L_jj row-major with `stride` from row to row; number e of vector v is at
// y[v * vector + e * element], its negative at negated[v * negated_vector + e * negated_element];
// 4-byte aligned.
//
// Launch: kThreads threads; cholesky_diagonal one block, the others any number, a warp a vector.

namespace loxodrome {
namespace {

constexpr int kBlock = 64;
constexpr int kPitch = kBlock + 1;  // a column of a square in shared memory is in as many banks
constexpr int kThreads = 256;
constexpr int kLanes = 32;
constexpr int kWarps = kThreads / kLanes;
constexpr unsigned kAllLanes = 0xffffffffu;
constexpr float kLargest = 3.402823466e+38f;

using Square = float[kBlock * kPitch];

__device__ void load_lower(const float* matrix, long long stride, int size, Square& square) {
  for (int e = threadIdx.x; e < kBlock * kBlock; e += kThreads) {
    const int row = e / kBlock;
    const int column = e % kBlock;
    if (row < size && column <= row) square[row * kPitch + column] = matrix[row * stride + column];
  }
  __syncthreads();
}

__device__ void factorize(float* s, long long stride, int size, float mu, int* failed,
                          Square& square) {
  load_lower(s, stride, size, square);
  const int lane = threadIdx.x % kLanes;
  const int warp = threadIdx.x / kLanes;
  for (int k = 0; k < size; ++k) {
    const float pivot = square[k * kPitch + k] + mu;
    if (!(pivot > 0.0f && pivot <= kLargest)) {
      if (threadIdx.x == 0) *failed = 1;
      return;
    }
    __syncthreads();  // all have read the pivot
    const float root = sqrtf(pivot);
    const int row = threadIdx.x;
    if (row == k) square[k * kPitch + k] = root;
    if (row > k && row < size) square[row * kPitch + k] /= root;
    __syncthreads();  // column k is done
    for (int column = k + 1 + warp; column < size; column += kWarps) {
      const float factor = square[column * kPitch + k];
      for (int r = column + lane; r < size; r += kLanes) {
        const int at = r * kPitch;
        square[at + column] = fmaf(-factor, square[at + k], square[at + column]);
      }
    }
    __syncthreads();  // the next pivot is there
  }
  for (int e = threadIdx.x; e < kBlock * kBlock; e += kThreads) {
    const int row = e / kBlock;
    const int column = e % kBlock;
    if (row < size && column <= row) s[row * stride + column] = square[row * kPitch + column];
  }
}

// A lane has numbers lane and lane + kLanes of its warp's vector.
template <bool kForward>
__device__ void substitute(const float* l, long long stride, int size, float* y, long long vector,
                           long long element, float* negated, long long negated_vector,
                           long long negated_element, int count, Square& square) {
  load_lower(l, stride, size, square);
  const int first = threadIdx.x % kLanes;
  const int second = first + kLanes;
  const int warps = gridDim.x * kWarps;
  for (int v = blockIdx.x * kWarps + threadIdx.x / kLanes; v < count; v += warps) {
    float* from = y + v * vector;
    float low = first < size ? from[first * element] : 0.0f;
    float high = second < size ? from[second * element] : 0.0f;
    for (int step = 0; step < size; ++step) {
      const int c = kForward ? step : size - 1 - step;
      const float sum = __shfl_sync(kAllLanes, c < kLanes ? low : high, c % kLanes);
      const float value = sum / square[c * kPitch + c];
      if (first == c) low = value;
      if (second == c) high = value;
      if (kForward) {
        if (first > c && first < size) low = fmaf(-value, square[first * kPitch + c], low);
        if (second > c && second < size) high = fmaf(-value, square[second * kPitch + c], high);
      } else {
        if (first < c) low = fmaf(-value, square[c * kPitch + first], low);
        if (second < c) high = fmaf(-value, square[c * kPitch + second], high);
      }
    }
    float* to = negated + v * negated_vector;
    if (first < size) {
      from[first * element] = low;
      to[first * negated_element] = -low;
    }
    if (second < size) {
      from[second * element] = high;
      to[second * negated_element] = -high;
    }
  }
}

}  // namespace
}  // namespace loxodrome

extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)
    cholesky_diagonal(float* s, long long stride, int size, float mu, int* failed) {
  __shared__ float square[loxodrome::kBlock * loxodrome::kPitch];
  loxodrome::factorize(s, stride, size, mu, failed, square);
}

#define LOXODROME_SUBSTITUTE(name, forward)                                                       \
  extern "C" __global__ void __launch_bounds__(loxodrome::kThreads)                               \
      cholesky_##name(const float* l, long long stride, int size, float* y, long long vector,     \
                      long long element, float* negated, long long negated_vector,                \
                      long long negated_element, int count) {                                     \
    __shared__ float square[loxodrome::kBlock * loxodrome::kPitch];                               \
    loxodrome::substitute<forward>(l, stride, size, y, vector, element, negated, negated_vector,  \
                                   negated_element, count, square);                               \
  }

LOXODROME_SUBSTITUTE(forward, true)
LOXODROME_SUBSTITUTE(backward, false)
