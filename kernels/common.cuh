// What the kernel files share: storage types, and loads and stores of 1 or of 16 bytes' worth of
// elements that compute in single precision.
#pragma once

#include <cuda_bf16.h>

namespace loxodrome {

using bf16 = __nv_bfloat16;

__device__ inline float widen(float x) { return x; }
__device__ inline float widen(bf16 x) { return __bfloat162float(x); }

// To nearest even, in integers because bf16 conversions came only with sm_80; a NaN stays one.
__device__ inline unsigned bf16_bits(float x) {
  const unsigned bits = __float_as_uint(x);
  const unsigned rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
  return x == x ? rounded : 0x7fffu;
}

template <typename T>
__device__ T narrow(float x);
template <>
__device__ inline float narrow<float>(float x) {
  return x;
}
template <>
__device__ inline bf16 narrow<bf16>(float x) {
  return __ushort_as_bfloat16(static_cast<unsigned short>(bf16_bits(x)));
}

// Elements of T in one 16-byte access.
template <typename T>
constexpr int kFullWidth = 16 / sizeof(T);

// kWidth neighbouring elements, widened: 1, or kFullWidth<T> at a 16-byte aligned address.
template <typename T, int kWidth>
struct Vector {
  static_assert(kWidth == 1 || kWidth == kFullWidth<T>, "one element or 16 bytes");
  float value[kWidth];

  __device__ static Vector load(const T* from) {
    Vector v;
    if constexpr (kWidth == 1) {
      v.value[0] = widen(*from);
    } else {
      const uint4 bits = *reinterpret_cast<const uint4*>(from);
      const unsigned word[4] = {bits.x, bits.y, bits.z, bits.w};
#pragma unroll
      for (int i = 0; i < kWidth; ++i) {
        if constexpr (sizeof(T) == 4) {
          v.value[i] = __uint_as_float(word[i]);
        } else {  // a bf16 is the upper half of a float
          v.value[i] = __uint_as_float(i % 2 == 0 ? word[i / 2] << 16 : word[i / 2] & 0xffff0000u);
        }
      }
    }
    return v;
  }

  __device__ void store(T* to) const {
    if constexpr (kWidth == 1) {
      *to = narrow<T>(value[0]);
    } else {
      unsigned word[4];
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        if constexpr (sizeof(T) == 4) {
          word[i] = __float_as_uint(value[i]);
        } else {
          word[i] = bf16_bits(value[2 * i]) | bf16_bits(value[2 * i + 1]) << 16;
        }
      }
      // An ordinary assignment the compiler may take apart into four stores, and often does.
      __stwb(reinterpret_cast<uint4*>(to), make_uint4(word[0], word[1], word[2], word[3]));
    }
  }
};

}  // namespace loxodrome
