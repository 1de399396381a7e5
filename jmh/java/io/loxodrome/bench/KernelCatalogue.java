package io.loxodrome.bench;

import io.loxodrome.cuda.AdamNumbers;
import io.loxodrome.cuda.BasisMix;
import io.loxodrome.cuda.Bias;
import io.loxodrome.cuda.Copy;
import io.loxodrome.cuda.Epilogue;
import io.loxodrome.cuda.FusedOptimizer;
import io.loxodrome.cuda.Kernels;
import io.loxodrome.cuda.MetricFactors;
import io.loxodrome.cuda.MetricShape;
import io.loxodrome.cuda.MetricSolve;
import io.loxodrome.cuda.MixShape;
import io.loxodrome.cuda.PooledMixShape;
import io.loxodrome.cuda.SgdNumbers;
import io.loxodrome.cuda.Storage;
import io.loxodrome.cuda.WeightMix;
import io.loxodrome.cuda.WeightShape;
import io.loxodrome.manifold.WeightManifold;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The kernels that memory bounds, at shapes of the paper's network with B = 128: mixing behind its
 * first convolution, weights of its third, metric and optimisers on its first linear layer.
 */
final class KernelCatalogue implements AutoCloseable {
  private static final long BATCH = 128;
  private static final int CHANNELS = 32;
  private static final int SIDE = 32;
  private static final long FILTERS = 128L * 64 * 9;
  private static final long WEIGHTS = 512L * 2048;

  private final Kernels kernels;
  private final BasisMix mixing;
  private final WeightMix weights;
  private final MetricSolve metric;
  private final FusedOptimizer optimizer;
  private final List<MetricFactors> factors = new ArrayList<>();

  KernelCatalogue(Kernels kernels) {
    this.kernels = kernels;
    this.mixing = new BasisMix(kernels);
    this.weights = new WeightMix(kernels);
    this.metric = new MetricSolve(kernels);
    this.optimizer = new FusedOptimizer(kernels);
  }

  List<KernelWork> all() {
    List<KernelWork> all = new ArrayList<>();
    for (int basisSize : new int[] {3, 8}) {
      for (Storage storage : Storage.values()) {
        all.add(mix(basisSize, storage));
        all.add(mixAndPool(basisSize, storage));
        all.add(mixBack(basisSize, storage));
        all.add(mixAndPoolBack(basisSize, storage));
      }
      all.add(coefficientGradient(basisSize));
      all.add(weights(basisSize));
      all.add(weightsBack(basisSize));
    }
    for (String manifold : List.of("ellipse", "spline:8", "spline:16:periodic", "spline:64")) {
      MetricFactors gram =
          MetricFactors.of(kernels.driver(), WeightManifold.parse(manifold).gram());
      factors.add(gram);
      // As many numbers for each manifold, in whole blocks.
      MetricShape shape = MetricShape.of(8 * WEIGHTS / gram.size() / 1024 * 1024);
      all.add(solve(manifold, gram, shape));
      all.add(sgd(manifold, gram, shape));
      all.add(adam(manifold, gram, shape));
    }
    return all;
  }

  /** A copy that moves as much. */
  KernelWork copy(long bytes) {
    long words = bytes / 2 / Float.BYTES;
    Copy copy = new Copy(kernels);
    return new KernelWork(
        "copy",
        words + " words",
        2 * Float.BYTES * words,
        arrays -> {
          long source = arrays.allocate(Float.BYTES * words);
          long target = arrays.allocate(Float.BYTES * words);
          return stream -> copy.copy(source, target, words, stream);
        });
  }

  private static long mixed() {
    return BATCH * CHANNELS * SIDE * SIDE;
  }

  private static String shape(int basisSize, Storage storage) {
    return "n = %d, B = %d, %d x %d x %d, %s"
        .formatted(basisSize, BATCH, CHANNELS, SIDE, SIDE, storage.name().toLowerCase(Locale.ROOT));
  }

  private static long coefficients(DeviceArrays arrays, int basisSize) {
    return arrays.allocate(Float.BYTES * BATCH * basisSize);
  }

  private static Bias bias(DeviceArrays arrays, int basisSize) {
    return Bias.ofBasisPoints(arrays.allocate((long) Float.BYTES * basisSize * CHANNELS));
  }

  private KernelWork mix(int n, Storage storage) {
    MixShape shape = new MixShape(BATCH, n, CHANNELS, SIDE * SIDE);
    return new KernelWork(
        "mix, bias, ReLU",
        shape(n, storage),
        (n + 1) * mixed() * storage.bytes(),
        arrays -> {
          long a = coefficients(arrays, n);
          Bias b = bias(arrays, n);
          long y = arrays.allocate(n * mixed() * storage.bytes());
          long z = arrays.allocate(mixed() * storage.bytes());
          return stream -> mixing.reduce(shape, storage, Epilogue.RELU, a, y, b, z, stream);
        });
  }

  private KernelWork mixAndPool(int n, Storage storage) {
    PooledMixShape shape = new PooledMixShape(BATCH, n, CHANNELS, SIDE, SIDE);
    return new KernelWork(
        "mix, bias, ReLU, 2 x 2 maxima",
        shape(n, storage),
        n * mixed() * storage.bytes() + mixed() / 4 * (storage.bytes() + 1),
        arrays -> {
          long a = coefficients(arrays, n);
          Bias b = bias(arrays, n);
          long y = arrays.allocate(n * mixed() * storage.bytes());
          long z = arrays.allocate(mixed() / 4 * storage.bytes());
          long argmax = arrays.allocateZeros(mixed() / 4);
          return stream ->
              mixing.reducePool(shape, storage, Epilogue.RELU, a, y, b, z, argmax, stream);
        });
  }

  private KernelWork mixBack(int n, Storage storage) {
    MixShape shape = new MixShape(BATCH, n, CHANNELS, SIDE * SIDE);
    return new KernelWork(
        "back through mix and ReLU",
        shape(n, storage),
        (n + 2) * mixed() * storage.bytes(),
        arrays -> {
          long a = coefficients(arrays, n);
          long d = arrays.allocate(mixed() * storage.bytes());
          long z = arrays.allocate(mixed() * storage.bytes());
          long e = arrays.allocate(n * mixed() * storage.bytes());
          return stream -> mixing.expand(shape, storage, a, d, z, e, stream);
        });
  }

  private KernelWork mixAndPoolBack(int n, Storage storage) {
    PooledMixShape shape = new PooledMixShape(BATCH, n, CHANNELS, SIDE, SIDE);
    return new KernelWork(
        "back through mix, ReLU, maxima",
        shape(n, storage),
        n * mixed() * storage.bytes() + mixed() / 4 * (2 * storage.bytes() + 1),
        arrays -> {
          long a = coefficients(arrays, n);
          long d = arrays.allocate(mixed() / 4 * storage.bytes());
          long argmax = arrays.allocateZeros(mixed() / 4);
          long z = arrays.allocate(mixed() / 4 * storage.bytes());
          long e = arrays.allocate(n * mixed() * storage.bytes());
          return stream -> mixing.expandPool(shape, storage, a, d, argmax, z, e, stream);
        });
  }

  private KernelWork coefficientGradient(int n) {
    MixShape shape = new MixShape(BATCH, n, CHANNELS, SIDE * SIDE);
    return new KernelWork(
        "gradient of coefficients",
        shape(n, Storage.FLOAT32),
        (n + 2) * mixed() * Float.BYTES,
        arrays -> {
          Bias b = bias(arrays, n);
          long d = arrays.allocate(mixed() * Float.BYTES);
          long z = arrays.allocate(mixed() * Float.BYTES);
          long y = arrays.allocate(n * mixed() * Float.BYTES);
          long da = coefficients(arrays, n);
          long workspace = arrays.allocate(mixing.coefficientGradientWorkspaceBytes(shape));
          return stream ->
              mixing.coefficientGradient(shape, Storage.FLOAT32, d, z, y, b, da, workspace, stream);
        });
  }

  private static String weightsShape(int basisSize) {
    return "n = %d, B = %d, p = %d".formatted(basisSize, BATCH, FILTERS);
  }

  private KernelWork weights(int n) {
    WeightShape shape = new WeightShape(BATCH, n, FILTERS);
    return new KernelWork(
        "weights of each example",
        weightsShape(n),
        (n + BATCH) * FILTERS * Float.BYTES,
        arrays -> {
          long a = coefficients(arrays, n);
          long basis = arrays.allocate(n * FILTERS * Float.BYTES);
          long w = arrays.allocate(BATCH * FILTERS * Float.BYTES);
          return stream -> weights.mix(shape, Storage.FLOAT32, a, basis, w, stream);
        });
  }

  private KernelWork weightsBack(int n) {
    WeightShape shape = new WeightShape(BATCH, n, FILTERS);
    return new KernelWork(
        "back from the weights of each example",
        weightsShape(n),
        (n + BATCH) * FILTERS * Float.BYTES,
        arrays -> {
          long a = coefficients(arrays, n);
          long dw = arrays.allocate(BATCH * FILTERS * Float.BYTES);
          long basis = arrays.allocate(n * FILTERS * Float.BYTES);
          long workspace = arrays.allocate(weights.mixBackwardWorkspaceBytes(shape));
          return stream ->
              weights.mixBackward(shape, Storage.FLOAT32, a, dw, basis, workspace, stream);
        });
  }

  private static String metricShape(String manifold, MetricFactors gram, MetricShape shape) {
    return "%s, n = %d, p = %d".formatted(manifold, gram.size(), shape.columns());
  }

  private static long matrixBytes(MetricFactors gram, MetricShape shape) {
    return gram.size() * shape.columns() * Float.BYTES;
  }

  private KernelWork solve(String manifold, MetricFactors gram, MetricShape shape) {
    long bytes = matrixBytes(gram, shape);
    return new KernelWork(
        "G^-1",
        metricShape(manifold, gram, shape),
        2 * bytes,
        arrays -> {
          long gradient = arrays.allocate(bytes);
          long solution = arrays.allocate(bytes);
          return stream -> metric.solve(gram, shape, gradient, solution, Storage.FLOAT32, stream);
        });
  }

  private KernelWork sgd(String manifold, MetricFactors gram, MetricShape shape) {
    long bytes = matrixBytes(gram, shape);
    SgdNumbers numbers = new SgdNumbers(1e-6, 0.9, SgdNumbers.Rule.HEAVY_BALL, 0, 1);
    return new KernelWork(
        "G^-1, momentum SGD",
        metricShape(manifold, gram, shape),
        5 * bytes,
        arrays -> {
          long basis = arrays.allocate(bytes);
          long gradient = arrays.allocate(bytes);
          long velocity = arrays.allocate(bytes);
          return stream ->
              optimizer.sgd(
                  numbers, gram, shape, basis, gradient, Storage.FLOAT32, velocity, stream);
        });
  }

  private KernelWork adam(String manifold, MetricFactors gram, MetricShape shape) {
    long bytes = matrixBytes(gram, shape);
    AdamNumbers numbers = new AdamNumbers(1e-6, 0.9, 0.999, 1e-8, 0, 1, 1000);
    return new KernelWork(
        "G^-1, Adam",
        metricShape(manifold, gram, shape),
        7 * bytes,
        arrays -> {
          long basis = arrays.allocate(bytes);
          long gradient = arrays.allocate(bytes);
          long first = arrays.allocate(bytes);
          long second = arrays.allocate(bytes);
          return stream ->
              optimizer.adam(
                  numbers, gram, shape, basis, gradient, Storage.FLOAT32, first, second, stream);
        });
  }

  @Override
  public void close() {
    factors.forEach(MetricFactors::close);
  }
}
