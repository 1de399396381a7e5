// Copies words: target[i] = source[i].
//
// Every other kernel of this library is bound by memory, and is timed as a share of this one in
// the same run. Ideal traffic: 2 words per word.

namespace {

constexpr int kThreads = 256;
constexpr int kVectorsPerThread = 4;

}  // namespace

// source, target: words 32-bit words each, 16-byte aligned, not overlapping.
// Launch: 1-D blocks of kThreads, any number of them.
extern "C" __global__ void __launch_bounds__(kThreads)
    copy_words(const float* __restrict__ source, float* __restrict__ target, long long words) {
  constexpr long long kTile = kThreads * kVectorsPerThread;
  const long long vectors = words / 4;
  const float4* from = reinterpret_cast<const float4*>(source);
  float4* to = reinterpret_cast<float4*>(target);

  for (long long tile = blockIdx.x * kTile; tile < vectors; tile += gridDim.x * kTile) {
    const long long first = tile + threadIdx.x;
    if (tile + kTile <= vectors) {
      // All loads before the first store: four 16-byte reads in flight per thread.
      float4 held[kVectorsPerThread];
#pragma unroll
      for (int j = 0; j < kVectorsPerThread; ++j) held[j] = from[first + j * kThreads];
#pragma unroll
      for (int j = 0; j < kVectorsPerThread; ++j) to[first + j * kThreads] = held[j];
    } else {
      for (long long v = first; v < vectors; v += kThreads) to[v] = from[v];
    }
  }
  const long long rest = vectors * 4 + threadIdx.x;
  if (blockIdx.x == 0 && rest < words) target[rest] = source[rest];
}
