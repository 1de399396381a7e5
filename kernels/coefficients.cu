// Coefficients of weight manifolds: a_k(s) in W(s) = sum_k a_k(s) P_k, and their derivatives
// da_k / ds_m, for a batch of conditioning values.
//
//   fourier   a = (1, cos 2 pi s, sin 2 pi s, ..., cos 2 pi m s, sin 2 pi m s)
//   bezier    a_k = C(d, k) s^k (1 - s)^(d - k); d = 1 is the line and the rod
//   spline    cubic B-splines on uniform knots by Cox and de Boor, 4 of n not zero
//   sphere    polynomials of degree 1 or 2 in the unit vector at azimuth 2 pi s_0, height 2 s_1 - 1
//   replicas  which of R networks: 1 for number floor(s R), 0 for all others
//   product   the Kronecker product of its factors' rows, whatever their number: a product of
//             products is the product of all their factors, and a point is a product of none
//
// Arrays: s is B x d, a is B x n, derivatives are d x B x n (one B x n matrix per conditioning
// value), all contiguous, fp32, at any element-aligned address. An s outside [0, 1], NaN included,
// makes the whole row of its example NaN, so that it cannot pass unseen.
//
// Every element is computed on its own by the thread that stores it: stores are coalesced whatever
// n is, nothing is shared and no row has to fit anywhere. Arguments are reduced by one fma, which
// rounds j s - rint(j s) and s spans - span once: no digits are lost at high orders or in long
// splines. Ideal traffic: B (d + n) words; derivatives d B n + B d.

namespace {

constexpr int kThreads = 256;
constexpr int kElementsPerThread = 4;
constexpr int kTile = kThreads * kElementsPerThread;

// A factor has 2 basis points at least (or is the one replica) and a manifold 2^20 at most.
constexpr int kMostFactors = 20;

enum Family : unsigned { kFourier, kBezier, kClamped, kPeriodic, kUnclamped, kSphere, kReplicas };

constexpr float kTwoPi = 6.28318530717958647692f;
constexpr int kOrder = 4;  // of a cubic B-spline

struct Factor {
  Family family;
  int size;  // its basis size

  // word: family in the upper 8 bits, basis size in the lower 24.
  __device__ static Factor of(unsigned word) {
    return {static_cast<Family>(word >> 24), static_cast<int>(word & 0xffffffu)};
  }

  __device__ int dimensions() const { return family == kSphere ? 2 : 1; }
};

__device__ bool is_conditioning(float s) { return s >= 0 && s <= 1; }

__device__ float not_a_number() { return __int_as_float(0x7fffffff); }

// ------------------------------------------------------------------ fourier

struct Circle {
  float cos;
  float sin;

  // At angle 2 pi harmonic s, whole turns taken off.
  __device__ static Circle at(int harmonic, float s) {
    const float j = static_cast<float>(harmonic);
    Circle place;
    sincospif(2 * fmaf(j, s, -rintf(j * s)), &place.sin, &place.cos);
    return place;
  }
};

__device__ float fourier(float s, int k) {
  if (k == 0) return 1;
  const Circle place = Circle::at((k + 1) / 2, s);
  return k % 2 == 1 ? place.cos : place.sin;
}

__device__ float fourier_slope(float s, int k) {
  if (k == 0) return 0;
  const int harmonic = (k + 1) / 2;
  const Circle place = Circle::at(harmonic, s);
  const float speed = kTwoPi * static_cast<float>(harmonic);
  return k % 2 == 1 ? -speed * place.sin : speed * place.cos;
}

// ------------------------------------------------------------------- bezier

__device__ float power(float x, int exponent) {
  float y = 1;
  for (int i = 0; i < exponent; ++i) y *= x;
  return y;
}

// C(d, k), exact: d is at most 12.
__device__ float binomial(int d, int k) {
  int value = 1;
  for (int i = 1; i <= min(k, d - k); ++i) value = value * (d + 1 - i) / i;
  return static_cast<float>(value);
}

__device__ float bezier(float s, int degree, int k) {
  return binomial(degree, k) * (power(s, k) * power(1 - s, degree - k));
}

// C(d, k) s^(k-1) (1-s)^(d-k-1) (k - d s): the difference is taken exactly, before any rounding.
__device__ float bezier_slope(float s, int degree, int k) {
  const float d = static_cast<float>(degree);
  if (k == 0) return -d * power(1 - s, degree - 1);
  if (k == degree) return d * power(s, degree - 1);
  const float rest = power(s, k - 1) * power(1 - s, degree - k - 1);
  return binomial(degree, k) * rest * fmaf(-d, s, static_cast<float>(k));
}

// ------------------------------------------------------------------- spline

// Where s lies on a spline's knots. Lengths are in knot spacings, counted from the span's start.
struct Span {
  int index;  // in [0, spans), whatever s is
  int spans;
  bool clamped;
  float u;  // s spans - index

  __device__ static Span of(float s, Family family, int basis_size) {
    Span span;
    span.spans = family == kPeriodic ? basis_size : basis_size - 3;
    span.clamped = family == kClamped;
    const float scale = static_cast<float>(span.spans);
    span.index = max(0, min(__float2int_rz(s * scale), span.spans - 1));
    span.u = fmaf(s, scale, -static_cast<float>(span.index));
    if (span.u < 0 && span.index > 0) {  // s * scale was rounded up to a knot
      --span.index;
      span.u = fmaf(s, scale, -static_cast<float>(span.index));
    }
    return span;
  }

  __device__ float knot(int offset) const {
    const int place = clamped ? max(-index, min(offset, spans - index)) : offset;
    return static_cast<float>(place);
  }
};

// width is 1, 2 or 3.
__device__ float over(float x, float width) {
  return x * (width == 1 ? 1.0f : width == 2 ? 0.5f : 1.0f / 3);
}

// The kCount B-splines of order kCount that are active in a span.
template <int kCount>
__device__ void active_splines(const Span& span, float (&value)[kOrder]) {
  value[0] = 1;
#pragma unroll
  for (int k = 1; k < kCount; ++k) {
    float carried = 0;
#pragma unroll
    for (int r = 0; r < k; ++r) {
      const float right = span.knot(r + 1);
      const float left = span.knot(r + 1 - k);
      const float share = over(value[r], right - left);
      value[r] = fmaf(right - span.u, share, carried);
      carried = (span.u - left) * share;
    }
    value[k] = carried;
  }
}

// d/ds of the four active cubic B-splines: differences of the quadratic ones.
__device__ void active_slopes(const Span& span, float (&value)[kOrder]) {
  float quadratic[kOrder];
  active_splines<kOrder - 1>(span, quadratic);
  float carried = 0;
#pragma unroll
  for (int m = 0; m < kOrder - 1; ++m) {
    const float width = span.knot(m + 1) - span.knot(m - 2);
    const float slope = over(3 * static_cast<float>(span.spans) * quadratic[m], width);
    value[m] = carried - slope;
    carried = slope;
  }
  value[kOrder - 1] = carried;
}

// Coefficient m of the four that are active in a span, or its derivative.
template <bool kSlope>
__device__ float active(const Span& span, int m) {
  float value[kOrder];
  if constexpr (kSlope) {
    active_slopes(span, value);
  } else {
    active_splines<kOrder>(span, value);
  }
  return m == 0 ? value[0] : m == 1 ? value[1] : m == 2 ? value[2] : value[3];
}

template <bool kSlope>
__device__ float spline(float s, Factor factor, int k) {
  const Span span = Span::of(s, factor.family, factor.size);
  const int m = k >= span.index ? k - span.index : k - span.index + factor.size;
  return m < kOrder ? active<kSlope>(span, m) : 0;
}

// ------------------------------------------------------------------- sphere

struct Vector3 {
  float x;
  float y;
  float z;
};

// sqrt(1 - z^2), without cancellation near a pole.
__device__ float radius(float height) { return 2 * sqrtf(height * (1 - height)); }

__device__ Vector3 sphere_place(float azimuth, float height) {
  const Circle around = Circle::at(1, azimuth);
  const float r = radius(height);
  return {r * around.cos, r * around.sin, fmaf(2.0f, height, -1.0f)};
}

__device__ float sphere(const Vector3& p, int k) {
  switch (k) {
    case 0: return 1;
    case 1: return p.x;
    case 2: return p.y;
    case 3: return p.z;
    case 4: return p.x * p.y;
    case 5: return p.y * p.z;
    case 6: return p.x * p.z;
    case 7: return (p.x - p.y) * (p.x + p.y);
    default: return fmaf(3 * p.z, p.z, -1.0f);
  }
}

// At a pole the slope in the height is unbounded: NaN. In the azimuth it is 0 there.
__device__ float sphere_slope(float azimuth, float height, int dimension, int k) {
  const Vector3 p = sphere_place(azimuth, height);
  Vector3 v = {-kTwoPi * p.y, kTwoPi * p.x, 0};
  if (dimension == 1) {
    const float r = radius(height);
    if (r == 0) return not_a_number();
    const float slope = -2 * p.z / r;
    const Circle around = Circle::at(1, azimuth);
    v = {slope * around.cos, slope * around.sin, 2};
  }
  switch (k) {
    case 0: return 0;
    case 1: return v.x;
    case 2: return v.y;
    case 3: return v.z;
    case 4: return fmaf(v.x, p.y, p.x * v.y);
    case 5: return fmaf(v.y, p.z, p.y * v.z);
    case 6: return fmaf(v.x, p.z, p.x * v.z);
    case 7: return 2 * fmaf(p.x, v.x, -p.y * v.y);
    default: return 6 * p.z * v.z;
  }
}

// ----------------------------------------------------------------- replicas

__device__ float replica(float s, int replicas, int k) {
  const float scale = static_cast<float>(replicas);
  int index = __float2int_rz(s * scale);
  if (fmaf(s, scale, -static_cast<float>(index)) < 0) --index;  // s * scale was rounded up
  return k == min(replicas - 1, index) ? 1.0f : 0.0f;
}

// ---------------------------------------------------------------- all of them

__device__ bool inside(Factor factor, const float* s) {
  return is_conditioning(s[0]) && (factor.family != kSphere || is_conditioning(s[1]));
}

__device__ float coefficient(Factor factor, const float* s, int k) {
  if (!inside(factor, s)) return not_a_number();
  switch (factor.family) {
    case kFourier: return fourier(s[0], k);
    case kBezier: return bezier(s[0], factor.size - 1, k);
    case kSphere: return sphere(sphere_place(s[0], s[1]), k);
    case kReplicas: return replica(s[0], factor.size, k);
    default: return spline<false>(s[0], factor, k);
  }
}

__device__ float slope(Factor factor, const float* s, int dimension, int k) {
  if (!inside(factor, s)) return not_a_number();
  switch (factor.family) {
    case kFourier: return fourier_slope(s[0], k);
    case kBezier: return bezier_slope(s[0], factor.size - 1, k);
    case kSphere: return sphere_slope(s[0], s[1], dimension, k);
    case kReplicas: return 0;
    default: return spline<true>(s[0], factor, k);
  }
}

// Element k of the Kronecker product of the factors' rows at one example's s; of the factor that
// conditioning value `along` belongs to the row of derivatives. along = -1: none.
__device__ float product_element(const unsigned* factor_words, int factors, const float* s,
                                 int dimensions, int along, int k) {
  float product = 1;
  int first = dimensions;
  for (int f = factors - 1; f >= 0; --f) {
    const Factor factor = Factor::of(factor_words[f]);
    first -= factor.dimensions();
    const int left = k / factor.size;
    const int here = k - left * factor.size;
    const bool slopes = along >= first && along < first + factor.dimensions();
    product *= slopes ? slope(factor, s + first, along - first, here)
                      : coefficient(factor, s + first, here);
    k = left;
  }
  return product;
}

struct FactorPairs {
  unsigned long long word[kMostFactors / 2];
};

__device__ void all_elements(const float* __restrict__ s, float* __restrict__ a, long long batch,
                             int dimensions, int basis_size, int factors, const FactorPairs& pairs,
                             int along, unsigned* factor_words) {
  if (threadIdx.x == 0) {
#pragma unroll
    for (int i = 0; i < kMostFactors / 2; ++i) {
      factor_words[2 * i] = static_cast<unsigned>(pairs.word[i]);
      factor_words[2 * i + 1] = static_cast<unsigned>(pairs.word[i] >> 32);
    }
  }
  __syncthreads();

  const long long elements = batch * basis_size;
  for (long long tile = blockIdx.x * static_cast<long long>(kTile); tile < elements;
       tile += gridDim.x * static_cast<long long>(kTile)) {
    const long long first_example = tile / basis_size;
    const int before = static_cast<int>(tile - first_example * basis_size);
    const int count = static_cast<int>(min(static_cast<long long>(kTile), elements - tile));
#pragma unroll 1
    for (int i = threadIdx.x; i < count; i += kThreads) {
      const int example = (before + i) / basis_size;
      const int k = before + i - example * basis_size;
      a[tile + i] = product_element(factor_words, factors,
                                    s + (first_example + example) * dimensions, dimensions, along,
                                    k);
    }
  }
}

}  // namespace

// Factors are given left to right, two to a 64-bit word, the first in its lower half; each as its
// family in the upper 8 bits and its basis size in the lower 24.
#define FACTOR_PARAMETERS                                                                         \
  unsigned long long factors01, unsigned long long factors23, unsigned long long factors45,       \
      unsigned long long factors67, unsigned long long factors89, unsigned long long factors1011, \
      unsigned long long factors1213, unsigned long long factors1415,                             \
      unsigned long long factors1617, unsigned long long factors1819
#define FACTOR_PAIRS                                                                              \
  FactorPairs {                                                                                   \
    factors01, factors23, factors45, factors67, factors89, factors1011, factors1213, factors1415, \
        factors1617, factors1819                                                                  \
  }

// a[i, k] = a_k(s_i). s: batch x dimensions (not read where dimensions is 0); a: batch x
// basis_size. Launch: 1-D blocks of kThreads, any number of them.
extern "C" __global__ void __launch_bounds__(kThreads)
    manifold_coefficients(const float* __restrict__ s, float* __restrict__ a, long long batch,
                          int dimensions, int basis_size, int factors, FACTOR_PARAMETERS) {
  __shared__ unsigned factor_words[kMostFactors];
  all_elements(s, a, batch, dimensions, basis_size, factors, FACTOR_PAIRS, -1, factor_words);
}

// da[m, i, k] = da_k / ds_m at s_i. s: batch x dimensions; da: dimensions x batch x basis_size.
// Launch: 1-D blocks of kThreads, any number of them along x, one for each m along y.
extern "C" __global__ void __launch_bounds__(kThreads)
    manifold_derivatives(const float* __restrict__ s, float* __restrict__ da, long long batch,
                         int dimensions, int basis_size, int factors, FACTOR_PARAMETERS) {
  __shared__ unsigned factor_words[kMostFactors];
  all_elements(s, da + blockIdx.y * batch * basis_size, batch, dimensions, basis_size, factors,
               FACTOR_PAIRS, static_cast<int>(blockIdx.y), factor_words);
}

// ---------------------------------------------------------------- span form
// The four coefficients that are not zero at s_i, of basis points j, j + 1, j + 2, j + 3 (modulo n
// if periodic), j = spans[i]; or their derivatives. Four threads per example, one per coefficient.
// s: batch; spans: batch int32; four: batch x 4. An s outside [0, 1] gives four NaN and a span
// that is still in range. Ideal traffic: 6 B words, derivatives 5 B.
// Launch: 1-D blocks of kThreads, any number of them.

namespace {

template <bool kSlope>
__device__ void all_spans(const float* __restrict__ s, int* __restrict__ spans,
                          float* __restrict__ four, long long batch, Factor factor) {
  for (long long e = blockIdx.x * static_cast<long long>(kThreads) + threadIdx.x; e < 4 * batch;
       e += gridDim.x * static_cast<long long>(kThreads)) {
    const float place = s[e / 4];
    const int m = static_cast<int>(e % 4);
    const Span span = Span::of(place, factor.family, factor.size);
    four[e] = is_conditioning(place) ? active<kSlope>(span, m) : not_a_number();
    if (!kSlope && m == 0) spans[e / 4] = span.index;
  }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(kThreads)
    spline_spans(const float* __restrict__ s, int* __restrict__ spans, float* __restrict__ four,
                 long long batch, int factor) {
  all_spans<false>(s, spans, four, batch, Factor::of(static_cast<unsigned>(factor)));
}

extern "C" __global__ void __launch_bounds__(kThreads)
    spline_span_derivatives(const float* __restrict__ s, float* __restrict__ four, long long batch,
                            int factor) {
  all_spans<true>(s, nullptr, four, batch, Factor::of(static_cast<unsigned>(factor)));
}
