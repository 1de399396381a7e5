package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.ops.Errors;
import io.loxodrome.ptx.LaunchRecord;
import io.loxodrome.ptx.PtxDriver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerNormTest extends SparseKernelTest {
  private static final double EPSILON = 1e-5;

  /** Layer normalisation as it is written down, in double. */
  private static final class Reference {
    final NormShape shape;
    final double[] x;
    final double[] coefficients;
    final double[] gains;
    final double[] shifts;

    Reference(NormShape shape, double[] x, double[] coefficients, double[] gains, double[] shifts) {
      this.shape = shape;
      this.x = x;
      this.coefficients = coefficients;
      this.gains = gains;
      this.shifts = shifts;
    }

    double mixed(double[] basis, int example, int channel) {
      double sum = 0;
      for (int k = 0; k < shape.basisSize(); k++) {
        sum +=
            coefficients[example * shape.basisSize() + k] * basis[k * shape.channels() + channel];
      }
      return sum;
    }

    double mean(int example) {
      double sum = 0;
      for (int e = 0; e < shape.length(); e++) {
        sum += x[example * shape.length() + e];
      }
      return sum / shape.length();
    }

    double inverseDeviation(int example) {
      double mean = mean(example);
      double sum = 0;
      for (int e = 0; e < shape.length(); e++) {
        double away = x[example * shape.length() + e] - mean;
        sum += away * away;
      }
      return 1 / Math.sqrt(sum / shape.length() + EPSILON);
    }

    double[] each(Example value) {
      double[] values = new double[batch()];
      for (int i = 0; i < values.length; i++) {
        values[i] = value.of(i);
      }
      return values;
    }

    int batch() {
      return (int) shape.batch();
    }

    double[] xhat() {
      double[] xhat = new double[x.length];
      for (int i = 0; i < batch(); i++) {
        double mean = mean(i);
        double inverse = inverseDeviation(i);
        for (int e = i * shape.length(); e < (i + 1) * shape.length(); e++) {
          xhat[e] = (x[e] - mean) * inverse;
        }
      }
      return xhat;
    }

    double[] y() {
      double[] y = xhat();
      int e = 0;
      for (int i = 0; i < batch(); i++) {
        for (int c = 0; c < shape.channels(); c++) {
          double gain = mixed(gains, i, c);
          double shift = mixed(shifts, i, c);
          for (int p = 0; p < shape.positions(); p++) {
            y[e] = y[e] * gain + shift;
            e++;
          }
        }
      }
      return y;
    }

    double[] dx(double[] dy) {
      double[] xhat = xhat();
      double[] dx = new double[x.length];
      for (int i = 0; i < batch(); i++) {
        double[] g = new double[shape.length()];
        double meanG = 0;
        double meanProduct = 0;
        int first = i * shape.length();
        for (int e = 0; e < g.length; e++) {
          g[e] = dy[first + e] * mixed(gains, i, e / shape.positions());
          meanG += g[e] / g.length;
          meanProduct += g[e] * xhat[first + e] / g.length;
        }
        double inverse = inverseDeviation(i);
        for (int e = 0; e < g.length; e++) {
          dx[first + e] = (g[e] - meanG - xhat[first + e] * meanProduct) * inverse;
        }
      }
      return dx;
    }

    /** sum_p dy factor, B x C. */
    double[] exampleSums(double[] dy, double[] factor) {
      double[] sums = new double[batch() * shape.channels()];
      for (int e = 0; e < dy.length; e++) {
        sums[e / shape.positions()] += dy[e] * factor[e];
      }
      return sums;
    }

    double[] exampleGains(double[] dy) {
      return exampleSums(dy, xhat());
    }

    double[] exampleShifts(double[] dy) {
      double[] ones = new double[dy.length];
      Arrays.fill(ones, 1);
      return exampleSums(dy, ones);
    }

    /** sum_i a_ik example_ic, n x C. */
    double[] basisSums(double[] example) {
      double[] sums = new double[shape.basisSize() * shape.channels()];
      for (int i = 0; i < batch(); i++) {
        for (int k = 0; k < shape.basisSize(); k++) {
          for (int c = 0; c < shape.channels(); c++) {
            sums[k * shape.channels() + c] +=
                coefficients[i * shape.basisSize() + k] * example[i * shape.channels() + c];
          }
        }
      }
      return sums;
    }
  }

  /** A number that each example has. */
  @FunctionalInterface
  private interface Example {
    double of(int example);
  }

  /** Everything a call needs on the device, and the calls. */
  private final class Bench {
    final Reference reference;
    final Storage storage;
    final double[] dy;
    final DeviceArray x;
    final DeviceArray a;
    final DeviceArray gains;
    final DeviceArray shifts;
    final DeviceArray y;
    final DeviceArray means;
    final DeviceArray inverseDeviations;
    final DeviceArray workspace;
    final DeviceArray dyArray;
    final DeviceArray dx;
    final DeviceArray exampleGains;
    final DeviceArray exampleShifts;
    final LayerNorm norm = new LayerNorm(kernels);

    Bench(Reference reference, Storage storage, int elementsOff) {
      this.reference = reference;
      this.storage = storage;
      NormShape shape = reference.shape;
      int count = reference.x.length;
      dy = Numbers.rounded(storage, alike(reference.x));
      x = input(storage, reference.x, elementsOff);
      dyArray = input(storage, dy, elementsOff);
      a = input(Storage.FLOAT32, reference.coefficients, elementsOff);
      gains = input(Storage.FLOAT32, reference.gains, elementsOff);
      shifts = input(Storage.FLOAT32, reference.shifts, elementsOff);
      y = output(storage, count, elementsOff);
      dx = output(storage, count, elementsOff);
      means = output(Storage.FLOAT32, shape.batch(), elementsOff);
      inverseDeviations = output(Storage.FLOAT32, shape.batch(), elementsOff);
      exampleGains = output(Storage.FLOAT32, shape.batch() * shape.channels(), elementsOff);
      exampleShifts = output(Storage.FLOAT32, shape.batch() * shape.channels(), elementsOff);
      workspace = outputBytes(norm.workspaceBytes(shape));
    }

    void forward() {
      norm.forward(
          reference.shape,
          storage,
          EPSILON,
          x.address(),
          a.address(),
          gains.address(),
          shifts.address(),
          y.address(),
          means.address(),
          inverseDeviations.address(),
          workspace.address(),
          Stream.DEFAULT);
    }

    void backward() {
      norm.backward(
          reference.shape,
          storage,
          x.address(),
          dyArray.address(),
          a.address(),
          gains.address(),
          means.address(),
          inverseDeviations.address(),
          dx.address(),
          exampleGains.address(),
          exampleShifts.address(),
          workspace.address(),
          Stream.DEFAULT);
    }

    Output[] forwardOutputs() {
      int terms = reference.shape.length();
      return new Output[] {
        new Output(y, storage, reference.y(), terms),
        new Output(means, Storage.FLOAT32, reference.each(reference::mean), terms),
        new Output(
            inverseDeviations, Storage.FLOAT32, reference.each(reference::inverseDeviation), terms)
      };
    }

    Output[] backwardOutputs() {
      int terms = reference.shape.length();
      return new Output[] {
        new Output(dx, storage, reference.dx(dy), terms),
        new Output(exampleGains, Storage.FLOAT32, reference.exampleGains(dy), terms),
        new Output(exampleShifts, Storage.FLOAT32, reference.exampleShifts(dy), terms)
      };
    }

    double error(DeviceArray array, double[] expected) {
      return Errors.relative(Numbers.values(storage, array.read()), expected);
    }
  }

  /**
   * What no test draws are means, mixtures or sums that happen to be almost 0, whose relative error
   * says nothing: x has mean 1, and dy, a and gains go with them.
   */
  private Bench bench(NormShape shape, Storage storage, int elementsOff) {
    return bench(shape, storage, elementsOff, UnaryOperator.identity());
  }

  private Bench bench(
      NormShape shape, Storage storage, int elementsOff, UnaryOperator<double[]> change) {
    int n = shape.basisSize();
    double[] x = change.apply(shifted(draw.normals(shape.batch() * shape.length()), 1));
    double[] a = draw.uniforms(shape.batch() * n, 0.5, 1.5);
    if (n >= 16) { // as of a spline: four of each row are not 0
      int[] spans = draw.indices((int) shape.batch(), n - 3);
      for (int e = 0; e < a.length; e++) {
        int beyond = e % n - spans[e / n];
        a[e] = beyond >= 0 && beyond < 4 ? a[e] : 0;
      }
    }
    double[] gains = draw.uniforms((long) n * shape.channels(), 0.5, 1.5);
    double[] shifts = draw.normals((long) n * shape.channels());
    return new Bench(
        new Reference(shape, Numbers.rounded(storage, x), a, gains, shifts), storage, elementsOff);
  }

  private static double[] shifted(double[] x, double away) {
    return Arrays.stream(x).map(value -> value + away).toArray();
  }

  /** Numbers whose sum, and whose sum of products with x less its mean, are not almost 0. */
  private double[] alike(double[] x) {
    double[] values = draw.normals(x.length);
    double mean = Arrays.stream(x).filter(Double::isFinite).average().orElse(0);
    for (int e = 0; e < values.length; e++) {
      double away = x[e] - mean;
      values[e] += 1 + (Math.abs(away) < 10 ? away : 0);
    }
    return values;
  }

  private static String describe(NormShape shape, Storage storage) {
    return "%d x %d x %d, n = %d, %s"
        .formatted(shape.batch(), shape.channels(), shape.positions(), shape.basisSize(), storage);
  }

  private void assertBothWays(NormShape shape, int elementsOff) {
    for (Storage storage : Storage.values()) {
      Bench bench = bench(shape, storage, elementsOff);
      bench.forward();
      verify(describe(shape, storage), bench.forwardOutputs());
      bench.backward();
      verify(describe(shape, storage), bench.backwardOutputs());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1",
    "16, 1, 15, 1",
    "17, 3, 16, 1",
    "15, 2, 17, 1",
    "5, 2, 127, 1",
    "4, 3, 128, 1",
    "4, 5, 129, 1",
    "3, 9, 1000, 1",
    "2, 33, 1024, 1",
    "1, 3, 5120, 1",
    "1, 3, 6000, 1",
    "1, 3, 12288, 1"
  })
  void everyElementWithItsOwnGain(int batch, int n, int channels, int positions) {
    assertBothWays(new NormShape(batch, n, channels, positions), 0);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 9",
    "129, 3, 3, 5",
    "128, 2, 2, 8",
    "7, 4, 5, 16",
    "4, 8, 7, 9",
    "6, 6, 9, 24",
    "3, 16, 32, 49",
    "2, 33, 8, 64",
    "2, 64, 5, 100",
    "2, 200, 6, 16",
    "3, 7, 3, 33",
    "2, 5, 40, 31",
    "2, 3, 20, 32",
    "1, 3, 1, 1000",
    "2, 3, 3, 1000",
    "2, 3, 3, 1001",
    "1, 2, 2, 6000",
    "1, 3, 1, 12288",
    "1, 2, 3, 4001",
    "1, 3, 1500, 8"
  })
  void channelsOfSeveralElements(int batch, int n, int channels, int positions) {
    assertBothWays(new NormShape(batch, n, channels, positions), 0);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3, 12289, 1",
    "1, 3, 16384, 1",
    "1, 2, 5121, 1",
    "2, 3, 16, 1024",
    "1, 3, 3, 5000",
    "2, 3, 64, 333",
    "1, 2, 1, 20001",
    "1, 3, 5200, 2",
    "1, 3, 6000, 8",
    "1, 16, 7, 2999",
    "1, 1, 70, 2048"
  })
  void longRowsAreSplit(int batch, int n, int channels, int positions) {
    NormShape shape = new NormShape(batch, n, channels, positions);
    assertThat(new LayerNorm(kernels).workspaceBytes(shape)).isPositive();
    assertBothWays(shape, 0);
  }

  @ParameterizedTest
  @CsvSource({"3, 2, 128, 1", "3, 3, 8, 32", "1, 3, 16, 1000", "1, 3, 16384, 1"})
  void anyAddressWillDo(int batch, int n, int channels, int positions) {
    assertBothWays(new NormShape(batch, n, channels, positions), 1);
    assertBothWays(new NormShape(batch, n, channels, positions), 3);
  }

  @Test
  void alignedActivationsDoWithMisalignedParameters() {
    NormShape shape = new NormShape(2, 2, 128, 1);
    Bench bench = bench(shape, Storage.FLOAT32, 0);
    DeviceArray gains = input(Storage.FLOAT32, bench.reference.gains, 1);
    bench.norm.forward(
        shape,
        Storage.FLOAT32,
        EPSILON,
        bench.x.address(),
        bench.a.address(),
        gains.address(),
        bench.shifts.address(),
        bench.y.address(),
        bench.means.address(),
        bench.inverseDeviations.address(),
        0,
        Stream.DEFAULT);
    verify("gains 4 bytes off", bench.forwardOutputs());
  }

  /** Variances of x itself, or a mean as it was rounded, would lose all but a digit or two. */
  @ParameterizedTest
  @CsvSource({"2, 64, 16", "2, 1000, 1", "1, 7, 301", "1, 16, 1024", "1, 16384, 1"})
  void aMeanThatDwarfsTheDeviationCostsNoDigits(int batch, int channels, int positions) {
    NormShape shape = new NormShape(batch, 3, channels, positions);
    double away = 3e4;
    Bench bench =
        bench(shape, Storage.FLOAT32, 0, x -> Numbers.rounded(Storage.FLOAT32, shifted(x, away)));
    bench.forward();
    bench.backward();
    Reference reference = bench.reference;
    assertThat(bench.error(bench.y, reference.y())).as("%s", draw).isLessThan(2e-6);
    assertThat(bench.error(bench.dx, reference.dx(bench.dy))).as("%s", draw).isLessThan(5e-6);
    assertThat(bench.error(bench.exampleGains, reference.exampleGains(bench.dy)))
        .as("%s", draw)
        .isLessThan(5e-6);
  }

  @ParameterizedTest
  @CsvSource({"1, 64, 16", "1, 16, 1024", "1, 16384, 1"})
  void anOutlierInFrontCostsNoDigits(int batch, int channels, int positions) {
    NormShape shape = new NormShape(batch, 3, channels, positions);
    Bench bench =
        bench(
            shape,
            Storage.FLOAT32,
            0,
            x -> {
              x[0] = 1e4;
              return x;
            });
    bench.forward();
    bench.backward();
    assertThat(bench.error(bench.y, bench.reference.y())).as("%s", draw).isLessThan(2e-5);
    assertThat(bench.error(bench.dx, bench.reference.dx(bench.dy))).as("%s", draw).isLessThan(2e-5);
  }

  @Test
  void gradientsAreThoseOfTheReference() {
    NormShape shape = new NormShape(2, 3, 3, 4);
    Bench bench = bench(shape, Storage.FLOAT32, 0);
    Reference reference = bench.reference;
    double[] dy = bench.dy;
    double[] byX =
        slopes(
            reference.x,
            x -> new Reference(shape, x, reference.coefficients, reference.gains, reference.shifts),
            dy);
    double[] byGains =
        slopes(
            reference.gains,
            gains ->
                new Reference(shape, reference.x, reference.coefficients, gains, reference.shifts),
            dy);
    double[] byShifts =
        slopes(
            reference.shifts,
            shifts ->
                new Reference(shape, reference.x, reference.coefficients, reference.gains, shifts),
            dy);
    assertThat(Errors.relative(reference.dx(dy), byX)).isLessThan(1e-7);
    assertThat(Errors.relative(reference.basisSums(reference.exampleGains(dy)), byGains))
        .isLessThan(1e-7);
    assertThat(Errors.relative(reference.basisSums(reference.exampleShifts(dy)), byShifts))
        .isLessThan(1e-7);
  }

  /** A function of some of the numbers, as the normalisation with them. */
  @FunctionalInterface
  private interface With {
    Reference of(double[] numbers);
  }

  /** Central differences of the inner product of y and dy. */
  private static double[] slopes(double[] at, With with, double[] dy) {
    double step = 1e-5;
    double[] slopes = new double[at.length];
    for (int e = 0; e < at.length; e++) {
      double[] up = at.clone();
      double[] down = at.clone();
      up[e] += step;
      down[e] -= step;
      slopes[e] = (inner(with.of(up).y(), dy) - inner(with.of(down).y(), dy)) / (2 * step);
    }
    return slopes;
  }

  private static double inner(double[] x, double[] y) {
    double sum = 0;
    for (int e = 0; e < x.length; e++) {
      sum += x[e] * y[e];
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"8, 32", "64, 1", "9, 5", "32, 1024", "20000, 1"})
  void notANumberStaysInItsRow(int channels, int positions) {
    NormShape shape = new NormShape(3, 4, channels, positions);
    Bench bench =
        bench(
            shape,
            Storage.FLOAT32,
            0,
            x -> {
              x[shape.length() + 1] = Double.NaN;
              return x;
            });
    bench.reference.coefficients[2 * 4 + 3] = Double.NaN;
    Bench withCoefficients = new Bench(bench.reference, Storage.FLOAT32, 0);
    withCoefficients.forward();
    withCoefficients.backward();
    for (DeviceArray array : List.of(withCoefficients.y, withCoefficients.dx)) {
      double[] values = Numbers.values(Storage.FLOAT32, array.read());
      for (int e = 0; e < values.length; e++) {
        assertThat(Double.isNaN(values[e])).as("element %d", e).isEqualTo(e >= shape.length());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 5})
  void basisPointsWithoutAPartAreNotRead(int positions) {
    NormShape shape = new NormShape(1, 6, 8, positions);
    Bench bench = bench(shape, Storage.FLOAT32, 0);
    double[] a = bench.reference.coefficients;
    double[] gains = bench.reference.gains;
    for (int k = 1; k < 6; k += 2) {
      a[k] = 0;
      Arrays.fill(gains, k * 8, (k + 1) * 8, Double.NaN);
    }
    Bench some = new Bench(bench.reference, Storage.FLOAT32, 0);
    some.forward();
    Arrays.setAll(gains, e -> Double.isNaN(gains[e]) ? 0 : gains[e]);
    verify("half of the basis points", some.forwardOutputs());
  }

  @Test
  void sameInputSameBits() {
    for (NormShape shape : List.of(new NormShape(3, 3, 8, 49), new NormShape(1, 3, 8, 2048))) {
      Bench bench = bench(shape, Storage.FLOAT32, 0);
      bench.forward();
      bench.backward();
      try (PtxDriver another = new PtxDriver(draw.indices(1, Integer.MAX_VALUE)[0]);
          Kernels others = new Kernels(another)) {
        Reference reference = bench.reference;
        NormShape size = reference.shape;
        DeviceArray x = bench.x.on(another);
        DeviceArray a = DeviceArray.of(another, reference.coefficients);
        DeviceArray gains = bench.gains.on(another);
        DeviceArray means = bench.means.on(another);
        DeviceArray inverse = bench.inverseDeviations.on(another);
        DeviceArray dy = bench.dyArray.on(another);
        DeviceArray dx = DeviceArray.unwritten(another, 0, 4L * reference.x.length);
        long channels = 4L * size.batch() * size.channels();
        DeviceArray exampleGains = DeviceArray.unwritten(another, 0, channels);
        DeviceArray exampleShifts = DeviceArray.unwritten(another, 0, channels);
        DeviceArray workspace = DeviceArray.unwritten(another, 0, bench.norm.workspaceBytes(size));
        new LayerNorm(others)
            .backward(
                size,
                Storage.FLOAT32,
                x.address(),
                dy.address(),
                a.address(),
                gains.address(),
                means.address(),
                inverse.address(),
                dx.address(),
                exampleGains.address(),
                exampleShifts.address(),
                workspace.address(),
                Stream.DEFAULT);
        assertThat(dx.read()).isEqualTo(bench.dx.read());
        assertThat(exampleGains.read()).isEqualTo(bench.exampleGains.read());
        assertThat(exampleShifts.read()).isEqualTo(bench.exampleShifts.read());
      }
    }
  }

  /** Only the last block of each launch is run. */
  @ParameterizedTest
  @CsvSource({"64, 8, 1", "3, 171, 1", "512, 1, 1", "16, 1024, 2"})
  void offsetsPastTwoToThe31(int channels, int positions, int launches) {
    int length = channels * positions;
    long batch = (3L << 31) / length;
    NormShape shape = new NormShape(batch, 1, channels, positions);
    Kernels lastBlocks = new Kernels(onlyLastBlocks());
    LayerNorm norm = new LayerNorm(lastBlocks);
    long bytes = batch * length * Float.BYTES;
    long x = driver.allocateSparse(bytes, SparseKernelTest::someFloat);
    long dy = driver.allocateSparse(bytes, index -> someFloat(3 * index + 1));
    long y = driver.allocateSparse(bytes, index -> 0);
    long dx = driver.allocateSparse(bytes, index -> 0);
    long a = driver.allocateSparse(batch * Float.BYTES, index -> Float.floatToRawIntBits(2));
    long parameters = driver.allocateSparse(4L * channels, SparseKernelTest::someFloat);
    long means = driver.allocateSparse(batch * Float.BYTES, index -> 0);
    long inverse = driver.allocateSparse(batch * Float.BYTES, index -> 0);
    long exampleGains = driver.allocateSparse(batch * channels * Float.BYTES, index -> 0);
    long exampleShifts = driver.allocateSparse(batch * channels * Float.BYTES, index -> 0);
    long workspace = driver.allocateSparse(Math.max(4, norm.workspaceBytes(shape)), index -> 0);
    Stream stream = Stream.DEFAULT;
    norm.forward(
        shape,
        Storage.FLOAT32,
        EPSILON,
        x,
        a,
        parameters,
        parameters,
        y,
        means,
        inverse,
        workspace,
        stream);
    norm.backward(
        shape,
        Storage.FLOAT32,
        x,
        dy,
        a,
        parameters,
        means,
        inverse,
        dx,
        exampleGains,
        exampleShifts,
        workspace,
        stream);
    assertThat(driver.takeLaunches()).hasSize(2 * launches);

    double[] basis = new double[channels];
    Arrays.setAll(basis, c -> Float.intBitsToFloat(someFloat(c)));
    double[] lastX = new double[length];
    double[] lastDy = new double[length];
    for (int e = 0; e < length; e++) {
      long index = (batch - 1) * length + e;
      lastX[e] = Float.intBitsToFloat(someFloat(index));
      lastDy[e] = Float.intBitsToFloat(someFloat(3 * index + 1));
    }
    Reference reference =
        new Reference(
            new NormShape(1, 1, channels, positions), lastX, new double[] {2}, basis, basis);
    long last = (batch - 1) * length * Float.BYTES;
    assertThat(Errors.relative(readFloats(y + last, length), reference.y())).isLessThan(1e-5);
    assertThat(Errors.relative(readFloats(dx + last, length), reference.dx(lastDy)))
        .isLessThan(1e-5);
    long lastChannels = (batch - 1) * channels * Float.BYTES;
    assertThat(
            Errors.relative(
                readFloats(exampleGains + lastChannels, channels), reference.exampleGains(lastDy)))
        .isLessThan(1e-5);
    for (long address :
        new long[] {
          x, dy, y, dx, a, parameters, means, inverse, exampleGains, exampleShifts, workspace
        }) {
      driver.free(address);
    }
    lastBlocks.close();
  }

  /** The driver, but of each launch only the last block is run. */
  private Driver onlyLastBlocks() {
    return (Driver)
        Proxy.newProxyInstance(
            Driver.class.getClassLoader(),
            new Class<?>[] {Driver.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("launch") && arguments[1] instanceof LaunchShape shape) {
                driver.onlyBlocks(block -> block == shape.blocksX() - 1);
              }
              try {
                return method.invoke(driver, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @ParameterizedTest
  @EnumSource(Storage.class)
  void rowsThatAreHeldMoveOnce(Storage storage) {
    assertTraffic(new NormShape(8, 3, 16, 768), storage, 2, 3, 1.02);
    assertTraffic(new NormShape(8, 3, 64, 49), storage, 2, 3, 1.10);
    assertTraffic(new NormShape(4, 3, 2048, 1), storage, 2, 3, 1.01);
  }

  @ParameterizedTest
  @EnumSource(Storage.class)
  void rowsThatAreSplitMoveTwice(Storage storage) {
    assertTraffic(new NormShape(2, 3, 32, 2048), storage, 3, 5, 1.02);
  }

  /** Ideal: so many times the activations, and what each example needs of everything else. */
  private void assertTraffic(
      NormShape shape, Storage storage, int forward, int backward, double most) {
    Bench bench = bench(shape, storage, 0);
    long elements = shape.batch() * shape.length();
    long basis =
        shape.batch() * 4 * (shape.basisSize() + (long) shape.basisSize() * shape.channels());
    bench.forward();
    Traffic traffic =
        measure(
            "forward, " + describe(shape, storage),
            elements,
            forward * elements * storage.bytes() + 2 * basis,
            bench.forwardOutputs());
    assertThat(traffic.movedOverIdeal()).as("forward").isBetween(0.9, most);
    bench.backward();
    long gradients = 8 * shape.batch() * shape.channels();
    traffic =
        measure(
            "backward, " + describe(shape, storage),
            elements,
            backward * elements * storage.bytes() + basis + gradients,
            bench.backwardOutputs());
    assertThat(traffic.movedOverIdeal()).as("backward").isBetween(0.9, most);
  }

  @Test
  void emptyShapesDoNothing() {
    LayerNorm norm = new LayerNorm(kernels);
    for (NormShape shape :
        List.of(new NormShape(0, 3, 4, 5), new NormShape(2, 3, 0, 5), new NormShape(2, 3, 4, 0))) {
      assertThat(norm.workspaceBytes(shape)).isZero();
      norm.forward(shape, Storage.FLOAT32, 0, 16, 16, 16, 16, 16, 16, 16, 0, Stream.DEFAULT);
      norm.backward(shape, Storage.FLOAT32, 16, 16, 16, 16, 16, 16, 16, 16, 16, 0, Stream.DEFAULT);
    }
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesBadArgumentsBeforeAnythingIsLaunched() {
    LayerNorm norm = new LayerNorm(kernels);
    NormShape shape = new NormShape(2, 3, 4, 5);
    NormShape split = new NormShape(2, 3, 4, 5000);
    Stream stream = Stream.DEFAULT;
    assertThatThrownBy(() -> new NormShape(2, 0, 4, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel norm: basisSize is 0, must be from 1 to 2147483647");
    assertThatThrownBy(() -> new NormShape(-1, 1, 4, 5)).hasMessageContaining("batch is -1");
    assertThatThrownBy(() -> new NormShape(1, 1, -4, 5)).hasMessageContaining("channels is -4");
    assertThatThrownBy(() -> new NormShape(1, 1, 4, -5)).hasMessageContaining("positions is -5");
    assertThatThrownBy(() -> new NormShape(1, 1, 1 << 16, 1 << 16))
        .hasMessageContaining("channels x positions is 4294967296, must be from 0 to 1073741824");
    assertThatThrownBy(
            () -> norm.forward(shape, Storage.FLOAT32, 0.1, 0, 16, 16, 16, 16, 16, 16, 0, stream))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel norm_forward_f32_x1: x is a null address, expected device memory");
    assertThatThrownBy(
            () -> norm.forward(shape, Storage.BFLOAT16, 0.1, 16, 16, 16, 16, 33, 16, 16, 0, stream))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("norm_forward_bf16_x1: y is at address 0x21");
    assertThatThrownBy(
            () -> norm.forward(shape, Storage.FLOAT32, -0.1, 16, 16, 16, 16, 16, 16, 16, 0, stream))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel norm_forward_f32_x1: epsilon is -0.1, must be at least 0");
    assertThatThrownBy(
            () -> norm.forward(split, Storage.FLOAT32, 0.1, 16, 16, 16, 16, 16, 16, 16, 0, stream))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("norm_forward_sums_f32_x4: workspace is a null address");
    assertThatThrownBy(
            () ->
                norm.backward(
                    shape, Storage.FLOAT32, 16, 16, 16, 16, 16, 16, 16, 18, 16, 0, stream))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("norm_backward_f32_x1: exampleGains is at address 0x12");
    assertThatThrownBy(
            () ->
                norm.backward(
                    split, Storage.FLOAT32, 16, 16, 16, 16, 16, 16, 16, 16, 16, 2, stream))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("norm_backward_sums_f32_x4: workspace is at address 0x2");
    NormShape tooMany = new NormShape(1L << 31, 1, 1, 1);
    assertThatThrownBy(
            () ->
                norm.forward(tooMany, Storage.FLOAT32, 0.1, 16, 16, 16, 16, 16, 16, 16, 0, stream))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "kernel norm_forward_f32_x1 would be launched with 2147483648 blocks along x");
    List<LaunchRecord> launches = driver.takeLaunches();
    assertThat(launches).isEmpty();
  }
}
