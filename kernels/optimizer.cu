// One optimiser's step on the basis points of a weight manifold, metric included, in one pass.
//
// P, v, m, u: matrices x n x columns in f32; the gradient g likewise, in f32 or bf16; columns
// contiguous. No two arrays overlap. With G the Gram matrix, column by column:
//
//   sgd       r = scale G^-1 g;  v = momentum v + r;  d = v, or r + momentum v (Nesterov)
//   adam      r = scale G^-1 g;  m = beta1 m + (1 - beta1) r;  u = beta2 u + (1 - beta2) r^2;
//             d = (m / (1 - beta1^t)) / (sqrt(u / (1 - beta2^t)) + epsilon)
//   whitened  G = R^T R; adam with r = scale R^-T g, and its d mapped back by R^-1
//   all       P = (1 - rate decay) P - rate d
//
// G comes in the forms of metric.cu: scaled, denseN, dense, banded, cyclic. Frozen rows keep P, v,
// m and u; they are not read.
//
// Ideal traffic: 5 n words a column for sgd, 7 n for adam and whitened, and the factors once a
// block. banded and cyclic reach it up to n = 768, beyond that they read g twice: 6 n and 8 n.
//
// _x4 moves four elements at once: 16 bytes of P, v, m and u at addresses that are multiples of 16
// bytes, 4 elements of g at one that is a multiple of their size, columns a multiple of 4. The
// others take any element's address and any size.

#include "metric.cuh"

namespace loxodrome {

// What every step ends with.
struct Descent {
  float rate;
  float keep;  // 1 - rate * decay

  __device__ float operator()(float p, float d) const { return fmaf(keep, p, -rate * d); }
};

struct SgdNumbers {
  float scale;
  float momentum;
  int nesterov;
};

template <int W>
struct Sgd : PlainStep<W> {
  static constexpr bool kEveryRow = false;
  static constexpr int kForwardRows = 4;
  static constexpr int kBackwardRows = 4;
  struct Held {
    Vector<float, W> p;
    Vector<float, W> v;
  };
  float* basis;
  float* velocity;
  SgdNumbers numbers;
  Descent descent;

  __device__ Sgd(float* basis, float* velocity, const SgdNumbers& numbers, const Descent& descent)
      : basis(basis), velocity(velocity), numbers(numbers), descent(descent) {}

  __device__ Held hold(long long at) const {
    return {Vector<float, W>::load(basis + at), Vector<float, W>::load(velocity + at)};
  }

  __device__ void finish(long long at, const Held& held, const float (&x)[W]) const {
    Vector<float, W> p;
    Vector<float, W> v;
#pragma unroll
    for (int w = 0; w < W; ++w) {
      const float r = numbers.scale * x[w];
      v.value[w] = fmaf(numbers.momentum, held.v.value[w], r);
      const float ahead = fmaf(numbers.momentum, v.value[w], r);
      p.value[w] = descent(held.p.value[w], numbers.nesterov ? ahead : v.value[w]);
    }
    v.store(velocity + at);
    p.store(basis + at);
  }
};

struct AdamNumbers {
  float scale;
  float beta1;
  float share1;  // 1 - beta1
  float beta2;
  float share2;
  float correction1;  // 1 / (1 - beta1^t)
  float correction2;
  float epsilon;
};

// Adam's moments m and u, and d from them.
template <int W>
struct AdamMoments {
  struct Moments {
    Vector<float, W> m;
    Vector<float, W> u;
  };
  float* first;
  float* second;
  AdamNumbers numbers;

  __device__ Moments load(long long at) const {
    return {Vector<float, W>::load(first + at), Vector<float, W>::load(second + at)};
  }

  // Updates both moments by r = scale x and leaves d in x.
  __device__ void advance(long long at, const Moments& moments, float (&x)[W]) const {
    Vector<float, W> m;
    Vector<float, W> u;
#pragma unroll
    for (int w = 0; w < W; ++w) {
      const float r = numbers.scale * x[w];
      m.value[w] = fmaf(numbers.beta1, moments.m.value[w], numbers.share1 * r);
      u.value[w] = fmaf(numbers.beta2, moments.u.value[w], numbers.share2 * r * r);
      const float root = sqrtf(u.value[w] * numbers.correction2);
      x[w] = m.value[w] * numbers.correction1 / (root + numbers.epsilon);
    }
    m.store(first + at);
    u.store(second + at);
  }
};

template <int W>
struct Adam : PlainStep<W> {
  static constexpr bool kEveryRow = false;
  static constexpr int kForwardRows = 4;
  static constexpr int kBackwardRows = 4;
  struct Held {
    Vector<float, W> p;
    typename AdamMoments<W>::Moments moments;
  };
  float* basis;
  AdamMoments<W> adam;
  Descent descent;

  __device__ Adam(float* basis, const AdamMoments<W>& adam, const Descent& descent)
      : basis(basis), adam(adam), descent(descent) {}

  __device__ Held hold(long long at) const {
    return {Vector<float, W>::load(basis + at), adam.load(at)};
  }

  __device__ void finish(long long at, const Held& held, const float (&x)[W]) const {
    float d[W];
#pragma unroll
    for (int w = 0; w < W; ++w) d[w] = x[w];
    adam.advance(at, held.moments, d);
    Vector<float, W> p;
#pragma unroll
    for (int w = 0; w < W; ++w) p.value[w] = descent(held.p.value[w], d[w]);
    p.store(basis + at);
  }
};

template <int W>
struct WhitenedAdam {
  static constexpr bool kWhitened = true;
  static constexpr bool kFinishes = true;
  static constexpr bool kEveryRow = false;
  static constexpr int kForwardRows = 4;
  static constexpr int kBackwardRows = 4;
  using Moments = typename AdamMoments<W>::Moments;
  struct Held {
    Vector<float, W> p;
  };
  float* basis;
  AdamMoments<W> adam;
  Descent descent;

  __device__ WhitenedAdam(float* basis, const AdamMoments<W>& adam, const Descent& descent)
      : basis(basis), adam(adam), descent(descent) {}

  __device__ Moments moments(long long at) const { return adam.load(at); }
  __device__ void advance(long long at, const Moments& moments, float (&x)[W]) const {
    adam.advance(at, moments, x);
  }
  __device__ Held hold(long long at) const { return {Vector<float, W>::load(basis + at)}; }
  __device__ void finish(long long at, const Held& held, const float (&x)[W]) const {
    Vector<float, W> p;
#pragma unroll
    for (int w = 0; w < W; ++w) p.value[w] = descent(held.p.value[w], x[w]);
    p.store(basis + at);
  }
};

}  // namespace loxodrome

using namespace loxodrome;

// What each rule's kernels are given behind the gradient, and the step they make of it.
#define ARGUMENTS_sgd                                                                   \
  float *__restrict__ basis, float *__restrict__ velocity, float scale, float momentum, \
      int nesterov, float rate, float keep
#define STEP_sgd(W) Sgd<W>(basis, velocity, {scale, momentum, nesterov}, {rate, keep})

#define ARGUMENTS_adam                                                              \
  float *__restrict__ basis, float *__restrict__ first, float *__restrict__ second, \
      float scale, float beta1, float share1, float beta2, float share2,            \
      float correction1, float correction2, float epsilon, float rate, float keep
#define ADAM_MOMENTS(W)                                                      \
  AdamMoments<W> {                                                           \
    first, second, {                                                         \
      scale, beta1, share1, beta2, share2, correction1, correction2, epsilon \
    }                                                                        \
  }
#define STEP_adam(W) Adam<W>(basis, ADAM_MOMENTS(W), {rate, keep})
#define ARGUMENTS_whitened ARGUMENTS_adam
#define STEP_whitened(W) WhitenedAdam<W>(basis, ADAM_MOMENTS(W), {rate, keep})

// The kernels are launched like metric.cu's and take their arguments, whitened ones R^-1 for G^-1
// and 1 / sqrt(G_kk) for 1 / G_kk.

#define SCALED(NAME, SUFFIX, T, W)                                                         \
  extern "C" __global__ void __launch_bounds__(kRowThreads, 2) NAME##_scaled_##SUFFIX(     \
      const T* __restrict__ gradient, const float* __restrict__ diagonal, int rows, int n, \
      long long columns, ARGUMENTS_##NAME) {                                               \
    scaled_rows<W>(gradient, diagonal, rows, n, columns, STEP_##NAME(W));                  \
  }

#define DENSE_N(NAME, N, SUFFIX, T, W)                                                        \
  extern "C" __global__ void __launch_bounds__(kColumnThreads, 3) NAME##_dense##N##_##SUFFIX( \
      const T* __restrict__ gradient, const float* __restrict__ matrix, int matrices,         \
      long long columns, unsigned long long active, ARGUMENTS_##NAME) {                       \
    dense_columns<N, W>(gradient, matrix, matrices, columns, active, STEP_##NAME(W));         \
  }

#define DENSE(NAME, SUFFIX, T)                                                               \
  extern "C" __global__ void __launch_bounds__(kColumnThreads) NAME##_dense_##SUFFIX(        \
      const T* __restrict__ gradient, const float* __restrict__ matrix, int matrices, int n, \
      long long columns, unsigned long long active, ARGUMENTS_##NAME) {                      \
    dense_columns_any(gradient, matrix, matrices, n, columns, active, STEP_##NAME(1));       \
  }

#define BANDED(NAME, FORM, RING, SUFFIX, T)                                                   \
  extern "C" __global__ void __launch_bounds__(kColumnThreads, 4) NAME##_##FORM##_##SUFFIX(   \
      const T* __restrict__ gradient, const float* __restrict__ factors, int matrices, int n, \
      long long columns, int segment, ARGUMENTS_##NAME) {                                     \
    banded_columns<RING>(gradient, factors, matrices, n, columns, segment, STEP_##NAME(1));   \
  }

#define FORMS(NAME, STORAGE, T)           \
  SCALED(NAME, STORAGE##_x1, T, 1)        \
  SCALED(NAME, STORAGE##_x4, T, 4)        \
  DENSE(NAME, STORAGE, T)                 \
  BANDED(NAME, banded, false, STORAGE, T) \
  BANDED(NAME, cyclic, true, STORAGE, T)

FORMS(sgd, f32, float)
FORMS(sgd, bf16, bf16)
FORMS(adam, f32, float)
FORMS(adam, bf16, bf16)
FORMS(whitened, f32, float)
FORMS(whitened, bf16, bf16)

#define DENSE_SIZES(NAME, STORAGE, T)  \
  DENSE_N(NAME, 2, STORAGE##_x4, T, 4) \
  DENSE_N(NAME, 3, STORAGE##_x4, T, 4) \
  DENSE_N(NAME, 4, STORAGE##_x4, T, 4) \
  DENSE_N(NAME, 8, STORAGE##_x4, T, 4) \
  DENSE_N(NAME, 16, STORAGE##_x4, T, 4)

// Whitened, two triangular products want the column twice: whitened_dense has it in shared memory.
DENSE_SIZES(sgd, f32, float)
DENSE_SIZES(sgd, bf16, bf16)
DENSE_SIZES(adam, f32, float)
DENSE_SIZES(adam, bf16, bf16)
