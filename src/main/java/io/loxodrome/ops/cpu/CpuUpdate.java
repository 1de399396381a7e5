package io.loxodrome.ops.cpu;

import io.loxodrome.manifold.DiagonalGram;
import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.KroneckerGram;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.SgdStep;
import io.loxodrome.ops.UpdateOperators;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The metric and the optimisers' steps in one pass over memory: some columns at a time are brought
 * into the cache, transformed, and the basis points moved.
 */
final class CpuUpdate implements UpdateOperators {
  private static final int GRAIN = 16;

  /** 512 KiB. */
  private static final int CACHED_FLOATS = 1 << 17;

  /** Longer stretches of a row are not read any faster. */
  private static final int MOST_COLUMNS = 1 << 14;

  private final Workers workers;
  private final Map<Gram, Metric> metrics = new WeakHashMap<>();
  private final Map<Gram, Whitening> whitenings = new WeakHashMap<>();

  CpuUpdate(Workers workers) {
    this.workers = workers;
  }

  /**
   * What is computed of a Gram matrix once; the n x n whitening only where Adam asks for it.
   *
   * <p>Of I (x) G only G counts: n is its size, and there are as many blocks of n rows as I has.
   */
  private static final class Metric {
    final int blocks;
    final int n;
    final boolean[] free;
    final ColumnTransform inverse;

    Metric(Gram whole) {
      Gram gram = block(whole);
      blocks = whole.size() / gram.size();
      n = gram.size();
      free = new boolean[n];
      for (int k = 0; k < n; k++) {
        free[k] = !gram.frozen(k);
      }
      inverse = ColumnTransform.inverse(gram);
    }
  }

  /** Columns at a time so that n rows of them stay in the second-level cache. */
  private static int chunk(int n) {
    return Math.max(GRAIN, Math.min(MOST_COLUMNS, CACHED_FLOATS / Math.max(1, n) / GRAIN * GRAIN));
  }

  /** R^-T and R^-1 of a Gram matrix G = R^T R. */
  private static final class Whitening {
    final ColumnTransform whitening;
    final ColumnTransform unwhitening;

    Whitening(Gram whole) {
      Gram gram = block(whole);
      whitening = ColumnTransform.whitening(gram);
      unwhitening = ColumnTransform.unwhitening(gram);
    }
  }

  /** G of I (x) G; any other as it is. */
  private static Gram block(Gram gram) {
    return gram instanceof KroneckerGram product
            && product.left() instanceof DiagonalGram left
            && Arrays.stream(left.diagonal()).allMatch(value -> value == 1)
        ? product.right()
        : gram;
  }

  private Metric metric(Gram gram) {
    return metrics.computeIfAbsent(gram, Metric::new);
  }

  /** Works on {@code count} columns of the n rows of a block, whose gradients it is given. */
  private interface Columns {
    /**
     * Does it.
     *
     * @param first where the first of the columns is in the first of the rows
     */
    void run(Worker worker, float[][] rows, long first, int count);
  }

  /** Reads the gradient some columns at a time. */
  private void columns(Metric metric, Tensor gradient, Columns work) {
    int p = Math.toIntExact(gradient.shape().rowSize());
    NativeBlock block = NativeMemory.floats("gradient", gradient);
    int chunk = chunk(metric.n);
    workers.slices(
        p,
        GRAIN,
        (worker, from, to) -> {
          float[][] rows = worker.scratchRows(0, metric.n, chunk);
          for (int b = 0; b < metric.blocks; b++) {
            for (int column = from; column < to; column += chunk) {
              int count = Math.min(chunk, to - column);
              long first = (long) b * metric.n * p + column;
              for (int k = 0; k < metric.n; k++) {
                block.get(first + (long) k * p, rows[k], 0, count);
              }
              work.run(worker, rows, first, count);
            }
          }
        });
  }

  @Override
  public void solve(Gram gram, Tensor gradient) {
    Metric metric = metric(gram);
    int p = Math.toIntExact(gradient.shape().rowSize());
    NativeBlock block = NativeMemory.floats("gradient", gradient);
    columns(
        metric,
        gradient,
        (worker, rows, first, count) -> {
          metric.inverse.apply(worker, rows, count);
          for (int k = 0; k < metric.n; k++) {
            block.put(first + (long) k * p, rows[k], 0, count);
          }
        });
  }

  @Override
  public double squaredNorm(Gram gram, Tensor gradient) {
    Metric metric = metric(gram);
    double[] sums = new double[workers.count()];
    columns(
        metric,
        gradient,
        (worker, rows, first, count) -> {
          float[][] original = worker.scratchRows(2, metric.n, count);
          for (int k = 0; k < metric.n; k++) {
            System.arraycopy(rows[k], 0, original[k], 0, count);
          }
          metric.inverse.apply(worker, rows, count);
          double sum = 0;
          for (int k = 0; k < metric.n; k++) {
            sum += dot(original[k], rows[k], count);
          }
          sums[worker.index()] += sum;
        });
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return total;
  }

  private static double dot(float[] x, float[] y, int count) {
    double sum = 0;
    for (int j = 0; j < count; j++) {
      sum += (double) x[j] * y[j];
    }
    return sum;
  }

  @Override
  public void addProduct(Tensor gradient, double factor, Tensor c, Tensor basis) {
    int n = c.shape().dimension(0);
    int p = Math.toIntExact(basis.shape().rowSize());
    int blocks = n == 0 ? 0 : basis.shape().dimension(0) / n;
    float[] matrix = c.toFloats();
    for (int e = 0; e < matrix.length; e++) {
      matrix[e] *= (float) factor;
    }
    NativeBlock points = NativeMemory.floats("basis", basis);
    NativeBlock gradients = NativeMemory.floats("gradient", gradient);
    int chunk = chunk(n);
    workers.slices(
        p,
        GRAIN,
        (worker, from, to) -> {
          float[][] rows = worker.scratchRows(0, n, chunk);
          float[] sum = worker.scratch(2, chunk);
          for (int b = 0; b < blocks; b++) {
            for (int column = from; column < to; column += chunk) {
              int count = Math.min(chunk, to - column);
              long first = (long) b * n * p + column;
              for (int k = 0; k < n; k++) {
                points.get(first + (long) k * p, rows[k], 0, count);
              }
              for (int k = 0; k < n; k++) {
                gradients.get(first + (long) k * p, sum, 0, count);
                addCombination(sum, matrix, k * n, rows, n, count);
                gradients.put(first + (long) k * p, sum, 0, count);
              }
            }
          }
        });
  }

  /** sum = sum + factor_0 row_0 + ... + factor_(n - 1) row_(n - 1). */
  private static void addCombination(
      float[] sum, float[] factors, int first, float[][] rows, int n, int count) {
    for (int l = 0; l < n; l++) {
      float factor = factors[first + l];
      float[] row = rows[l];
      for (int j = 0; j < count; j++) {
        sum[j] += factor * row[j];
      }
    }
  }

  @Override
  public void sgd(SgdStep step, Gram gram, Tensor basis, Tensor gradient, Tensor velocity) {
    Metric metric = metric(gram);
    int p = Math.toIntExact(basis.shape().rowSize());
    NativeBlock points = NativeMemory.floats("basis", basis);
    NativeBlock velocities = NativeMemory.floats("velocity", velocity);
    columns(
        metric,
        gradient,
        (worker, rows, first, count) -> {
          metric.inverse.apply(worker, rows, count);
          float[] point = worker.scratch(2, count);
          float[] v = worker.scratch(3, count);
          for (int k = 0; k < metric.n; k++) {
            if (metric.free[k]) {
              long at = first + (long) k * p;
              points.get(at, point, 0, count);
              velocities.get(at, v, 0, count);
              move(step, rows[k], point, v, count);
              points.put(at, point, 0, count);
              velocities.put(at, v, 0, count);
            }
          }
        });
  }

  private static void move(SgdStep step, float[] gradient, float[] point, float[] v, int count) {
    float momentum = (float) step.momentum();
    float scale = (float) step.scale();
    float rate = (float) step.learningRate();
    float keep = (float) (1 - step.learningRate() * step.decay());
    // Two short loops, since the compiler makes better vector code of them than of one.
    for (int j = 0; j < count; j++) {
      v[j] = momentum * v[j] + scale * gradient[j];
    }
    if (step.rule() == SgdStep.Rule.NESTEROV) {
      for (int j = 0; j < count; j++) {
        point[j] = keep * point[j] - rate * (scale * gradient[j] + momentum * v[j]);
      }
    } else {
      for (int j = 0; j < count; j++) {
        point[j] = keep * point[j] - rate * v[j];
      }
    }
  }

  @Override
  public void adam(
      AdamStep step, Gram gram, Tensor basis, Tensor gradient, Tensor first, Tensor second) {
    Metric metric = metric(gram);
    @Nullable Whitening whitening =
        step.form() == AdamStep.Form.WHITENED
            ? whitenings.computeIfAbsent(gram, Whitening::new)
            : null;
    ColumnTransform seen = whitening == null ? metric.inverse : whitening.whitening;
    int p = Math.toIntExact(basis.shape().rowSize());
    NativeBlock points = NativeMemory.floats("basis", basis);
    NativeBlock means = NativeMemory.floats("first", first);
    NativeBlock squares = NativeMemory.floats("second", second);
    columns(
        metric,
        gradient,
        (worker, rows, from, count) -> {
          seen.apply(worker, rows, count);
          float[] mean = worker.scratch(2, count);
          float[] square = worker.scratch(3, count);
          for (int k = 0; k < metric.n; k++) {
            long at = from + (long) k * p;
            means.get(at, mean, 0, count);
            squares.get(at, square, 0, count);
            toDirection(step, rows[k], mean, square, count);
            if (metric.free[k]) {
              means.put(at, mean, 0, count);
              squares.put(at, square, 0, count);
            }
          }
          if (whitening != null) {
            whitening.unwhitening.apply(worker, rows, count);
          }
          for (int k = 0; k < metric.n; k++) {
            if (metric.free[k]) {
              long at = from + (long) k * p;
              points.get(at, mean, 0, count);
              move(step, rows[k], mean, count);
              points.put(at, mean, 0, count);
            }
          }
        });
  }

  /** Updates the moments and replaces r by d = m / (sqrt(v) + epsilon), bias corrected. */
  private static void toDirection(
      AdamStep step, float[] gradient, float[] mean, float[] square, int count) {
    float scale = (float) step.scale();
    float beta1 = (float) step.beta1();
    float beta2 = (float) step.beta2();
    float fresh1 = (float) (1 - step.beta1());
    float fresh2 = (float) (1 - step.beta2());
    float correction1 = (float) (1 / step.firstCorrection());
    float correction2 = (float) (1 / step.secondCorrection());
    float epsilon = (float) step.epsilon();
    for (int j = 0; j < count; j++) {
      float r = scale * gradient[j];
      mean[j] = beta1 * mean[j] + fresh1 * r;
      square[j] = beta2 * square[j] + fresh2 * r * r;
      float root = (float) Math.sqrt(correction2 * square[j]);
      gradient[j] = correction1 * mean[j] / (root + epsilon);
    }
  }

  private static void move(AdamStep step, float[] gradient, float[] point, int count) {
    float rate = (float) step.learningRate();
    float keep = (float) (1 - step.learningRate() * step.decay());
    for (int j = 0; j < count; j++) {
      point[j] = keep * point[j] - rate * gradient[j];
    }
  }
}
