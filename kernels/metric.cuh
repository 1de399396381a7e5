// The metric of a weight manifold inside a kernel: what metric.cu and optimizer.cu share.
//
// All arrays are matrices x n x columns, columns contiguous. A thread owns whole columns (W
// neighbouring ones, an "item"), so that no thread ever needs another's numbers and G^-1 g costs
// no barrier and no traffic but its operands. What becomes of x = G^-1 g is a Step's business:
//
//   kEveryRow         the step is due on frozen rows too, where x is 0
//   kWhitened         with G = R^T R, apply between R^-T and R^-1 what advance() does
//   Moments, moments  what advance() reads from memory, loaded ahead
//   advance           d from y = R^-T g, in place; only if kWhitened
//   kFinishes         there is something to do with x
//   Held, hold        what finish() reads from memory, loaded ahead
//   finish            does it
//
// Frozen rows: their row and column of G^-1 and of R^-1 are 0; they are not read.
#pragma once

#include "common.cuh"

namespace loxodrome {

// Threads of a block, where columns are held in registers or in a dense kernel's shared memory.
constexpr int kColumnThreads = 128;

// Four bf16 in 8 bytes: beside vectors of four floats.
template <>
struct Vector<bf16, 4> {
  float value[4];

  __device__ static Vector load(const bf16* from) {
    const uint2 bits = *reinterpret_cast<const uint2*>(from);
    return {__uint_as_float(bits.x << 16), __uint_as_float(bits.x & 0xffff0000u),
            __uint_as_float(bits.y << 16), __uint_as_float(bits.y & 0xffff0000u)};
  }
};

// What a step that is not whitened does between R^-T and R^-1: nothing.
template <int W>
struct PlainStep {
  static constexpr bool kWhitened = false;
  static constexpr bool kFinishes = true;
  struct Moments {};
  __device__ Moments moments(long long) const { return {}; }
  __device__ void advance(long long, const Moments&, float (&)[W]) const {}
};

// Blocks along x walk over the columns of a matrix, blocks along y over the matrices.
__device__ inline long long first_of(int tile) { return blockIdx.x * static_cast<long long>(tile); }
__device__ inline long long step_of(int tile) { return gridDim.x * static_cast<long long>(tile); }

__device__ inline bool has(unsigned long long rows, int row) { return rows >> row & 1; }

// A row of a staged matrix, its length a multiple of 4.
__host__ __device__ constexpr int padded(int n) { return (n + 3) / 4 * 4; }

// Copies a padded(n) x padded(n) matrix to shared memory.
__device__ inline void stage(const float* __restrict__ matrix, int n, float4* staged) {
  const int vectors = padded(n) * padded(n) / 4;
  for (int v = threadIdx.x; v < vectors; v += blockDim.x) {
    staged[v] = reinterpret_cast<const float4*>(matrix)[v];
  }
  __syncthreads();
}

// --- Dense, n known to the compiler: W columns in registers ---------------------------------

// How many rows' operands of a Step are loaded ahead at once.
template <int N>
constexpr int kRowsAhead = N <= 3 ? N : 2;

template <int N, int W, typename T>
__device__ void load_rows(const T* from, long long columns, unsigned long long active,
                          Vector<T, W> (&g)[N]) {
#pragma unroll
  for (int k = 0; k < N; ++k) {
    if (has(active, k)) {
      g[k] = Vector<T, W>::load(from + k * columns);
    } else {
#pragma unroll
      for (int w = 0; w < W; ++w) g[k].value[w] = 0;
    }
  }
}

// x_k = sum_j inverse[k][j] g_j for the W columns that start at `start`.
template <int N, int W, typename T, class Step>
__device__ void dense_item(const T* gradient, const float (*inverse)[padded(N)], long long start,
                           long long columns, unsigned long long active, const Step& step) {
  constexpr int kAhead = kRowsAhead<N>;
  static_assert(N % kAhead == 0, "whole groups of rows");
  const auto due = [&](int k) { return Step::kEveryRow || has(active, k); };
  Vector<T, W> g[N];
  load_rows(gradient + start, columns, active, g);
#pragma unroll 1
  for (int first = 0; first < N; first += kAhead) {
    typename Step::Held held[kAhead];
#pragma unroll
    for (int j = 0; j < kAhead; ++j) {
      if (due(first + j)) held[j] = step.hold(start + (first + j) * columns);
    }
#pragma unroll
    for (int j = 0; j < kAhead; ++j) {
      if (due(first + j)) {
        float x[W] = {};
#pragma unroll
        for (int k = 0; k < N; ++k) {
          const float entry = inverse[first + j][k];
#pragma unroll
          for (int w = 0; w < W; ++w) x[w] = fmaf(entry, g[k].value[w], x[w]);
        }
        step.finish(start + (first + j) * columns, held[j], x);
      }
    }
  }
}

// inverse: G^-1, padded(N) x padded(N). active: bit k is set if row k is not frozen.
template <int N, int W, typename T, class Step>
__device__ void dense_columns(const T* gradient, const float* __restrict__ inverse, int matrices,
                              long long columns, unsigned long long active, const Step& step) {
  __shared__ float4 staged[padded(N) * padded(N) / 4];
  stage(inverse, N, staged);
  const auto rows = reinterpret_cast<const float(*)[padded(N)]>(staged);
  constexpr int kTile = kColumnThreads * W;

  for (int m = blockIdx.y; m < matrices; m += gridDim.y) {
    const long long base = m * (N * columns) + threadIdx.x * W;
    for (long long c = first_of(kTile); c + threadIdx.x * W < columns; c += step_of(kTile)) {
      dense_item<N, W>(gradient, rows, base + c, columns, active, step);
    }
  }
}

// --- Dense, any n up to 64: columns in shared memory -----------------------------------------

// Rows whose loads are in flight together while a column is brought to shared memory.
constexpr int kLoadsAhead = 16;

// Brings a column to shared memory: row k lies at column[k * kColumnThreads]; 0 for rows that are
// frozen or not there.
template <typename T>
__device__ void bring(const T* from, long long columns, int rows, unsigned long long active,
                      float* column) {
  for (int first = 0; first < rows; first += kLoadsAhead) {
    float value[kLoadsAhead];
#pragma unroll
    for (int j = 0; j < kLoadsAhead; ++j) {
      value[j] = 0;
      if (first + j < rows && has(active, first + j)) {
        value[j] = widen(from[(first + j) * columns]);
      }
    }
#pragma unroll
    for (int j = 0; j < kLoadsAhead; ++j) {
      if (first + j < rows) column[(first + j) * kColumnThreads] = value[j];
    }
  }
}

// sum[i] = sum over j < rows of matrix[j][first + i] column_j, i = 0..3; rows and first are
// multiples of 4.
__device__ inline void four_columns_dot(const float4* staged, int vectors, int first, int rows,
                                        const float* column, float (&sum)[4]) {
#pragma unroll
  for (int i = 0; i < 4; ++i) sum[i] = 0;
#pragma unroll 4
  for (int j = 0; j < rows; ++j) {
    const float4 entry = staged[j * vectors + first / 4];
    const float value = column[j * kColumnThreads];
    sum[0] = fmaf(entry.x, value, sum[0]);
    sum[1] = fmaf(entry.y, value, sum[1]);
    sum[2] = fmaf(entry.z, value, sum[2]);
    sum[3] = fmaf(entry.w, value, sum[3]);
  }
}

// sum[i] = sum over first <= j < rows of matrix[first + i][j] column_j, i = 0..3.
__device__ inline void four_rows_dot(const float4* staged, int vectors, int first, int rows,
                                     const float* column, float (&sum)[4]) {
#pragma unroll
  for (int i = 0; i < 4; ++i) sum[i] = 0;
  for (int j = first; j < rows; j += 4) {
    float value[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) value[i] = column[(j + i) * kColumnThreads];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const float4 entry = staged[(first + i) * vectors + j / 4];
      sum[i] = fmaf(entry.x, value[0], sum[i]);
      sum[i] = fmaf(entry.y, value[1], sum[i]);
      sum[i] = fmaf(entry.z, value[2], sum[i]);
      sum[i] = fmaf(entry.w, value[3], sum[i]);
    }
  }
}

// d = what the step makes of R^-T g, from the last rows on, so that d_k may take g_k's place: no
// row before k has a use for g_k.
template <class Step>
__device__ void whiten_column(const float4* staged, int rows, long long start, long long columns,
                              unsigned long long active, float* column, const Step& step) {
  for (int first = rows - 4; first >= 0; first -= 4) {
    typename Step::Moments moments[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if (has(active, first + i)) moments[i] = step.moments(start + (first + i) * columns);
    }
    float y[4];
    four_columns_dot(staged, rows / 4, first, first + 4, column, y);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if (has(active, first + i)) {
        float d[1] = {y[i]};
        step.advance(start + (first + i) * columns, moments[i], d);
        column[(first + i) * kColumnThreads] = d[0];
      }
    }
  }
}

// Finishes with R^-1 d, or with G^-1 g, which is symmetric.
template <class Step>
__device__ void finish_column(const float4* staged, int n, long long start, long long columns,
                              unsigned long long active, const float* column, const Step& step) {
  const int rows = padded(n);
  const auto due = [&](int k) { return Step::kEveryRow ? k < n : has(active, k); };
  for (int first = 0; first < rows; first += 4) {
    typename Step::Held held[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if (due(first + i)) held[i] = step.hold(start + (first + i) * columns);
    }
    float sum[4];
    if constexpr (Step::kWhitened) {
      four_rows_dot(staged, rows / 4, first, rows, column, sum);
    } else {
      four_columns_dot(staged, rows / 4, first, rows, column, sum);
    }
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if (due(first + i)) {
        const float x[1] = {sum[i]};
        step.finish(start + (first + i) * columns, held[i], x);
      }
    }
  }
}

// As dense_columns; matrix: G^-1, or R^-1 if the step is whitened. Dynamic shared memory: padded(n)
// * (padded(n) + kColumnThreads) floats.
template <typename T, class Step>
__device__ void dense_columns_any(const T* gradient, const float* __restrict__ matrix,
                                  int matrices, int n, long long columns,
                                  unsigned long long active, const Step& step) {
  extern __shared__ float4 staged[];
  stage(matrix, n, staged);
  const int rows = padded(n);
  float* column = reinterpret_cast<float*>(staged + rows * rows / 4) + threadIdx.x;

  for (int m = blockIdx.y; m < matrices; m += gridDim.y) {
    const long long base = m * (n * columns) + threadIdx.x;
    for (long long c = first_of(kColumnThreads); c + threadIdx.x < columns;
         c += step_of(kColumnThreads)) {
      const long long start = base + c;
      bring(gradient + start, columns, rows, active, column);
      if constexpr (Step::kWhitened) {
        whiten_column(staged, rows, start, columns, active, column, step);
      }
      if constexpr (Step::kFinishes) {
        finish_column(staged, n, start, columns, active, column, step);
      }
    }
  }
}

// --- Banded and cyclic, any n: a Cholesky solve, columns in shared memory -------------------

// Rows are walked in steps that divide this: factors end with rows of zeros up to a multiple of it.
constexpr int kFactorRows = 16;

// R = [factor border; 0 corner] as CyclicGram lays it out, or factor alone for an open spline.
// Four numbers at a time: if kRing the corner {1 / C_00, C_01, C_02, 1 / C_11}, {C_12, 1 / C_22, 0,
// 0}; then for each row i of the factor {1 / R_ii, R_i,i+1, R_i,i+2, R_i,i+3}, followed if kRing by
// the border's {B_i0, B_i1, B_i2, 0}.
template <bool kRing>
struct Factors {
  const float4* __restrict__ vectors;

  __device__ float4 band(int i) const { return vectors[kRing ? 2 * i + 2 : i]; }
  __device__ float4 border(int i) const { return vectors[2 * i + 3]; }

  // y = C^-T y.
  __device__ void corner_forward(float (&y)[3]) const {
    const float4 c = vectors[0];
    const float4 e = vectors[1];
    y[0] *= c.x;
    y[1] = fmaf(-c.y, y[0], y[1]) * c.w;
    y[2] = fmaf(-e.x, y[1], fmaf(-c.z, y[0], y[2])) * e.y;
  }

  // x = C^-1 x.
  __device__ void corner_backward(float (&x)[3]) const {
    const float4 c = vectors[0];
    const float4 e = vectors[1];
    x[2] *= e.y;
    x[1] = fmaf(-e.x, x[2], x[1]) * c.w;
    x[0] = fmaf(-c.z, x[2], fmaf(-c.y, x[1], x[0])) * c.x;
  }
};

// The sweeps over the column that starts at `start`, `inner` rows of it and, in a ring, three more.
// Rows of zeros in the factors let both sweeps run past the last row; only memory is guarded.
template <bool kRing, typename T, class Step>
struct BandedColumn {
  const T* gradient;
  Factors<kRing> factors;
  int inner;
  long long start;
  long long columns;
  const Step& step;

  __device__ long long row(int i) const { return start + i * columns; }

  // Rows i..i+R-1 of what the forward sweep reads.
  template <int R>
  struct Ahead {
    float g[R];
    typename Step::Moments moments[R];

    __device__ void load(const BandedColumn& column, int i, bool due) {
      long long at = column.row(i);
#pragma unroll
      for (int j = 0; j < R; ++j, at += column.columns) {
        g[j] = 0;
        if (i + j < column.inner) g[j] = widen(column.gradient[at]);
        if (Step::kWhitened && due && i + j < column.inner) moments[j] = column.step.moments(at);
      }
    }
  };

  // kept = y = R^-T g, or d if the step is due, from row first on. above[d]: what the rows before
  // add to row first + d. tail -= B^T y.
  __device__ void forward(int first, int rows, bool due, float (&above)[3], float (&tail)[3],
                          float* kept) const {
    constexpr int R = Step::kForwardRows;
    const int last = min(first + rows, inner);
    Ahead<R> next;
#pragma unroll 1
    for (int i = first - R; i < last; i += R) {  // the first round only loads
      const Ahead<R> here = next;
      if (i + R < last) next.load(*this, i + R, due);
      if (i < first) continue;
      long long at = row(i);
#pragma unroll
      for (int j = 0; j < R; ++j, at += columns) {
        const float4 r = factors.band(i + j);
        float y[1] = {(here.g[j] + above[0]) * r.x};
        above[0] = fmaf(-r.y, y[0], above[1]);
        above[1] = fmaf(-r.z, y[0], above[2]);
        above[2] = -r.w * y[0];
        if constexpr (kRing) {
          const float4 b = factors.border(i + j);
          tail[0] = fmaf(-b.x, y[0], tail[0]);
          tail[1] = fmaf(-b.y, y[0], tail[1]);
          tail[2] = fmaf(-b.z, y[0], tail[2]);
        }
        if (Step::kWhitened && due && i + j < inner) step.advance(at, here.moments[j], y);
        if constexpr (Step::kFinishes) {
          *kept = y[0];
          kept += blockDim.x;
        }
      }
    }
  }

  // Rows i, i-1, ..., i-R+1 of what the backward sweep reads.
  template <int R>
  struct Behind {
    typename Step::Held held[R];

    __device__ void load(const BandedColumn& column, int i) {
      long long at = column.row(i);
#pragma unroll
      for (int j = 0; j < R; ++j, at -= column.columns) {
        if (i - j < column.inner) held[j] = column.step.hold(at);
      }
    }
  };

  // Finishes with x = R^-1 d. below[d]: x of row first + rows + d. tail: x of the last three rows
  // of a ring.
  __device__ void backward(int first, int rows, float (&below)[3], const float (&tail)[3],
                           const float* kept) const {
    constexpr int R = Step::kBackwardRows;
    const int stride = blockDim.x;
    const int end = (min(rows, inner - first) + R - 1) / R * R;
    kept += (end - 1) * stride;
    const int top = first + end - 1;
    Behind<R> next;
#pragma unroll 1
    for (int i = top + R; i >= first; i -= R) {  // the first round only loads
      const Behind<R> here = next;
      if (i - R >= first) next.load(*this, i - R);
      if (i > top) continue;
      long long at = row(i);
#pragma unroll
      for (int j = 0; j < R; ++j, at -= columns) {
        const float4 r = factors.band(i - j);
        float d = *kept;
        kept -= stride;
        if constexpr (kRing) {
          const float4 b = factors.border(i - j);
          d = fmaf(-b.x, tail[0], fmaf(-b.y, tail[1], fmaf(-b.z, tail[2], d)));
        }
        d = fmaf(-r.y, below[0], fmaf(-r.z, below[1], fmaf(-r.w, below[2], d)));
        const float x[1] = {d * r.x};
        below[2] = below[1];
        below[1] = below[0];
        below[0] = x[0];
        if (i - j < inner) step.finish(at, here.held[j], x);
      }
    }
  }

  // The last three rows of a ring, of which tail holds -B^T y: leaves x in tail.
  __device__ void close(float (&tail)[3]) const {
    typename Step::Moments moments[3];
    typename Step::Held held[3];
#pragma unroll
    for (int q = 0; q < 3; ++q) {
      tail[q] += widen(gradient[row(inner + q)]);
      moments[q] = step.moments(row(inner + q));
      if constexpr (Step::kFinishes) held[q] = step.hold(row(inner + q));
    }
    factors.corner_forward(tail);
#pragma unroll
    for (int q = 0; q < 3; ++q) {
      float y[1] = {tail[q]};
      step.advance(row(inner + q), moments[q], y);
      tail[q] = y[0];
    }
    if constexpr (Step::kFinishes) {
      factors.corner_backward(tail);
#pragma unroll
      for (int q = 0; q < 3; ++q) {
        const float x[1] = {tail[q]};
        step.finish(row(inner + q), held[q], x);
      }
    }
  }

  // R^-T alone: nothing is kept.
  __device__ void whiten() const {
    float above[3] = {};
    float tail[3] = {};
    forward(0, inner, true, above, tail, nullptr);
    if constexpr (kRing) close(tail);
  }

  // All of the column, `segment` rows at a time: forward to the last segment, then backward, each
  // segment but the last swept forward once more from the three numbers left at its start.
  __device__ void solve(int segment, float* kept) const {
    const int last = (inner - 1) / segment * segment;
    float above[3] = {};
    float tail[3] = {};
    float below[3] = {};
    float* handed_down = kept + segment * blockDim.x;
    bool due = false;
#pragma unroll 1
    for (int first = 0; first >= 0; first += due ? -segment : segment) {
      if (first == last) due = true;
      if (!due) {
#pragma unroll
        for (int d = 0; d < 3; ++d, handed_down += blockDim.x) *handed_down = above[d];
      } else if (first < last) {
#pragma unroll
        for (int d = 2; d >= 0; --d) {
          handed_down -= blockDim.x;
          above[d] = *handed_down;
        }
      }
      float more[3] = {};
      forward(first, segment, due, above, more, kept);
      if (kRing && (!due || first == last)) {
#pragma unroll
        for (int q = 0; q < 3; ++q) tail[q] += more[q];
      }
      if (due) {
        if (kRing && first == last) close(tail);
        backward(first, segment, below, tail, kept);
      }
    }
  }
};

// Columns of n rows, `segment` of them in shared memory at a time, a multiple of kFactorRows. With
// one segment every operand is read once; with more, g is read twice and nothing else is.
// Dynamic shared memory: (segment + 3 (segments - 1)) * blockDim.x floats.
template <bool kRing, typename T, class Step>
__device__ void banded_columns(const T* gradient, const float* __restrict__ factors, int matrices,
                               int n, long long columns, int segment, const Step& step) {
  static_assert(kFactorRows % Step::kForwardRows == 0 && kFactorRows % Step::kBackwardRows == 0,
                "whole steps");
  extern __shared__ float kept[];
  for (int m = blockIdx.y; m < matrices; m += gridDim.y) {
    const long long base = m * (n * columns) + threadIdx.x;
    for (long long c = first_of(blockDim.x); c + threadIdx.x < columns;
         c += step_of(blockDim.x)) {
      const BandedColumn<kRing, T, Step> column{
          gradient, {reinterpret_cast<const float4*>(factors)}, kRing ? n - 3 : n,
          base + c, columns, step};
      if constexpr (Step::kFinishes) {
        column.solve(segment, kept + threadIdx.x);
      } else {
        column.whiten();
      }
    }
  }
}

// --- Diagonal: rows scaled -------------------------------------------------------------------

constexpr int kRowThreads = 256;
constexpr int kVectors = 4;  // that a thread has in flight, of each array

// x = d_k g for row k of each matrix, and whitened steps between two factors d_k. diagonal: n
// numbers, 0 on frozen rows, or null for ones.
template <int W, typename T, class Step>
__device__ void scaled_rows(const T* gradient, const float* __restrict__ diagonal, int rows, int n,
                            long long columns, const Step& step) {
  constexpr int kApart = kRowThreads * W;
  constexpr int kTile = kApart * kVectors;
  for (int row = blockIdx.y; row < rows; row += gridDim.y) {
    const float factor = diagonal == nullptr ? 1.0f : diagonal[row % n];
    if (!Step::kEveryRow && factor == 0) continue;
    const auto finish = [&](long long at, const Vector<T, W>& g,
                            const typename Step::Moments& moments,
                            const typename Step::Held& held) {
      float x[W];
#pragma unroll
      for (int w = 0; w < W; ++w) x[w] = factor * g.value[w];
      if constexpr (Step::kWhitened) {
        step.advance(at, moments, x);
#pragma unroll
        for (int w = 0; w < W; ++w) x[w] *= factor;
      }
      if constexpr (Step::kFinishes) step.finish(at, held, x);
    };

    for (long long tile = first_of(kTile); tile < columns; tile += step_of(kTile)) {
      const long long at = row * columns + tile + threadIdx.x * W;
      if (tile + kTile <= columns) {
        Vector<T, W> g[kVectors];
        typename Step::Moments moments[kVectors];
        typename Step::Held held[kVectors];
#pragma unroll
        for (int j = 0; j < kVectors; ++j) {
          g[j] = Vector<T, W>::load(gradient + at + j * kApart);
          moments[j] = step.moments(at + j * kApart);
          held[j] = step.hold(at + j * kApart);
        }
#pragma unroll
        for (int j = 0; j < kVectors; ++j) finish(at + j * kApart, g[j], moments[j], held[j]);
      } else {
        for (int j = 0; j < kVectors && tile + j * kApart + threadIdx.x * W < columns; ++j) {
          const long long here = at + j * kApart;
          finish(here, Vector<T, W>::load(gradient + here), step.moments(here), step.hold(here));
        }
      }
    }
  }
}

}  // namespace loxodrome
