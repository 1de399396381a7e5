package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightMixTest extends MixingTest {
  private static final Storage F32 = Storage.FLOAT32;

  private static List<WeightShape> shapes() {
    List<WeightShape> shapes = new ArrayList<>();
    for (int n : BASIS_SIZES) {
      shapes.add(new WeightShape(17, n, 24));
      shapes.add(new WeightShape(5, n, 27));
    }
    for (int length : LENGTHS) {
      shapes.add(new WeightShape(length < 15 ? 100 : 9, 3, length));
      shapes.add(new WeightShape(length, 5, 8));
    }
    shapes.add(new WeightShape(33, 2, 1032)); // more than one tile of a block
    shapes.add(new WeightShape(40, 4, 1031));
    shapes.add(new WeightShape(1000, 2, 48));
    return shapes;
  }

  /** Coefficients, basis points and gradients, as stored. */
  private final class Problem {
    final WeightShape shape;
    final double[] a;
    final double[] basis;
    final double[] gradient;

    Problem(WeightShape shape, Storage storage) {
      this.shape = shape;
      a = draw.normals(shape.batch() * shape.basisSize());
      basis = normals(storage, shape.basisSize() * shape.length());
      gradient = normals(storage, shape.batch() * shape.length());
    }

    /** sum_k a_ik P_k. */
    double[] mixed() {
      int n = shape.basisSize();
      int p = (int) shape.length();
      double[] w = new double[gradient.length];
      for (int i = 0; i < shape.batch(); i++) {
        for (int k = 0; k < n; k++) {
          for (int j = 0; j < p; j++) {
            w[i * p + j] += a[i * n + k] * basis[k * p + j];
          }
        }
      }
      return w;
    }

    /** sum_i a_ik dW_i. */
    double[] basisGradient() {
      int n = shape.basisSize();
      int p = (int) shape.length();
      double[] dp = new double[basis.length];
      for (int i = 0; i < shape.batch(); i++) {
        for (int k = 0; k < n; k++) {
          for (int j = 0; j < p; j++) {
            dp[k * p + j] += a[i * n + k] * gradient[i * p + j];
          }
        }
      }
      return dp;
    }
  }

  private void checkMix(WeightShape shape, Storage storage, int off) {
    Problem problem = new Problem(shape, storage);
    DeviceArray w = output(storage, problem.gradient.length, off);
    new WeightMix(kernels)
        .mix(
            shape,
            storage,
            input(F32, problem.a, off).address(),
            input(storage, problem.basis, off).address(),
            w.address(),
            Stream.DEFAULT);
    verify(shape.toString(), new Output(w, storage, problem.mixed(), shape.basisSize()));
  }

  private void checkMixBackward(WeightShape shape, Storage storage, int off) {
    Problem problem = new Problem(shape, storage);
    WeightMix mix = new WeightMix(kernels);
    long bytes = mix.mixBackwardWorkspaceBytes(shape);
    DeviceArray dp = output(storage, problem.basis.length, off);
    mix.mixBackward(
        shape,
        storage,
        input(F32, problem.a, off).address(),
        input(storage, problem.gradient, off).address(),
        dp.address(),
        bytes == 0 ? 0 : outputBytes(bytes).address(),
        Stream.DEFAULT);
    verify(
        shape.toString(),
        new Output(dp, storage, problem.basisGradient(), Math.toIntExact(shape.batch())));
  }

  @ParameterizedTest
  @EnumSource
  void mixesWeightsOfEachExample(Storage storage) {
    for (WeightShape shape : shapes()) {
      checkMix(shape, storage, 0);
      checkMix(shape, storage, 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mixesWeightsWhereABlockTakesManyItems(Storage storage) {
    useMultiprocessors(1);
    for (WeightShape shape : shapes()) {
      checkMix(shape, storage, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsOfBasisPointsAddUpOverExamples(Storage storage) {
    for (WeightShape shape : shapes()) {
      checkMixBackward(shape, storage, 0);
      checkMixBackward(shape, storage, 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsAddUpWhereABlockTakesManyItems(Storage storage) {
    useMultiprocessors(1);
    for (WeightShape shape : shapes()) {
      checkMixBackward(shape, storage, 0);
    }
  }

  @Test
  void sumsOverManyExamplesAreSplitWhereWeightsAreFew() {
    WeightMix mix = new WeightMix(kernels);
    assertThat(mix.mixBackwardWorkspaceBytes(new WeightShape(32, 3, 100))).isZero();
    assertThat(mix.mixBackwardWorkspaceBytes(new WeightShape(1000, 3, 512 * 528))).isZero();
    assertThat(mix.mixBackwardWorkspaceBytes(new WeightShape(1000, 3, 100)))
        .isEqualTo(32 * 3 * 100 * 4);
    checkMixBackward(new WeightShape(4001, 2, 20), F32, 0);
    checkMixBackward(new WeightShape(2049, 17, 9), Storage.BFLOAT16, 0);
  }

  @Test
  void sumsHaveTheSameBitsWhateverTheOrderOfBlocks() {
    WeightShape shape = new WeightShape(300, 5, 77);
    Problem problem = new Problem(shape, F32);
    Work work =
        (other, loaded) -> {
          WeightMix mix = new WeightMix(loaded);
          DeviceArray dp = DeviceArray.unwritten(other, 0, problem.basis.length * 4L);
          long bytes = mix.mixBackwardWorkspaceBytes(shape);
          mix.mixBackward(
              shape,
              F32,
              DeviceArray.of(other, problem.a).address(),
              DeviceArray.of(other, problem.gradient).address(),
              dp.address(),
              DeviceArray.unwritten(other, 0, bytes).address(),
              Stream.DEFAULT);
          return dp.read();
        };
    assertThat(elsewhere(work)).isEqualTo(elsewhere(work));
  }

  /** Examples on a spline, as the device is told and as full coefficients. */
  private final class Spline {
    final int[] spans;
    final double[] four;
    final int[] order;
    final int[] starts;

    Spline(WeightShape shape, int count, int[] spans) {
      this.spans = spans;
      four = draw.normals(4 * shape.batch());
      starts = new int[count + 1];
      order = new int[spans.length];
      int place = 0;
      for (int j = 0; j < count; j++) {
        for (int i = 0; i < spans.length; i++) {
          if (spans[i] == j) {
            order[place++] = i;
          }
        }
        starts[j + 1] = place;
      }
    }

    double[] coefficients(int n) {
      double[] a = new double[spans.length * n];
      for (int i = 0; i < spans.length; i++) {
        for (int m = 0; m < 4; m++) {
          a[i * n + (spans[i] + m) % n] = four[4 * i + m];
        }
      }
      return a;
    }

    SplineSpans upload() {
      return new SplineSpans(
          starts.length - 1,
          input(spans).address(),
          input(F32, four).address(),
          input(order).address(),
          input(starts).address());
    }
  }

  private Spline spline(WeightShape shape, boolean closed) {
    int count = closed ? shape.basisSize() : shape.basisSize() - 3;
    return new Spline(shape, count, draw.indices((int) shape.batch(), count));
  }

  private void checkSpans(WeightShape shape, Storage storage, Spline spline, int off) {
    Problem problem = new Problem(shape, storage);
    double[] a = spline.coefficients(shape.basisSize());
    System.arraycopy(a, 0, problem.a, 0, a.length);
    SplineSpans spans = spline.upload();
    DeviceArray w = output(storage, problem.gradient.length, off);
    DeviceArray dp = output(storage, problem.basis.length, off);
    WeightMix mix = new WeightMix(kernels);
    long basis = input(storage, problem.basis, off).address();
    long gradient = input(storage, problem.gradient, off).address();
    mix.mixSpans(shape, storage, spans, basis, w.address(), Stream.DEFAULT);
    mix.mixSpansBackward(shape, storage, spans, gradient, dp.address(), Stream.DEFAULT);
    verify(
        shape + " in " + spans.count() + " spans",
        new Output(w, storage, problem.mixed(), 4),
        new Output(dp, storage, problem.basisGradient(), Math.toIntExact(shape.batch())));
  }

  private static List<WeightShape> splines() {
    List<WeightShape> shapes = new ArrayList<>();
    for (int n : List.of(4, 5, 6, 7, 8, 9, 16, 33, 64, 200)) {
      shapes.add(new WeightShape(19, n, 24));
      shapes.add(new WeightShape(50, n, 11));
    }
    for (int length : LENGTHS) {
      shapes.add(new WeightShape(length < 15 ? 100 : 9, 6, length));
      shapes.add(new WeightShape(length, 5, 8));
    }
    shapes.add(new WeightShape(0, 5, 8));
    return shapes;
  }

  @ParameterizedTest
  @EnumSource
  void spansTouchFourBasisPoints(Storage storage) {
    for (WeightShape shape : splines()) {
      checkSpans(shape, storage, spline(shape, true), 0);
      checkSpans(shape, storage, spline(shape, false), 0);
      checkSpans(shape, storage, spline(shape, true), 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void spansTouchFourBasisPointsWhereABlockTakesManyItems(Storage storage) {
    useMultiprocessors(1);
    for (WeightShape shape : splines()) {
      checkSpans(shape, storage, spline(shape, true), 0);
      checkSpans(shape, storage, spline(shape, false), 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {600, 2048 + 24})
  void oneBlockOwnsAllBasisPointsWhereWeightsAreMany(int length) {
    useMultiprocessors(1);
    for (int n : List.of(4, 5, 8, 13)) {
      WeightShape shape = new WeightShape(21, n, length);
      checkSpans(shape, F32, spline(shape, true), 0);
      checkSpans(shape, F32, spline(shape, false), 0);
      checkSpans(shape, Storage.BFLOAT16, spline(shape, true), 0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 132})
  void basisPointsOfEmptySpansGetNoGradient(int multiprocessors) {
    useMultiprocessors(multiprocessors);
    WeightShape shape = new WeightShape(6, 12, 40);
    int[] spans = new int[6];
    Arrays.fill(spans, 10);
    DeviceArray dp = output(F32, 12 * 40);
    new WeightMix(kernels)
        .mixSpansBackward(
            shape,
            F32,
            new Spline(shape, 12, spans).upload(),
            input(F32, normals(F32, 6 * 40)).address(),
            dp.address(),
            Stream.DEFAULT);
    double[] values = Numbers.values(F32, dp.read());
    for (int k = 0; k < 12; k++) {
      double largest =
          Arrays.stream(values, k * 40, (k + 1) * 40).map(Math::abs).max().getAsDouble();
      assertThat(largest > 0).as("basis point %d", k).isEqualTo(k >= 10 || k <= 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void emptyBatchesLeaveZeros(Storage storage) {
    checkMix(new WeightShape(0, 3, 20), storage, 0);
    checkMixBackward(new WeightShape(0, 3, 20), storage, 0);
    checkMix(new WeightShape(3, 3, 0), storage, 0);
    checkMixBackward(new WeightShape(3, 3, 0), storage, 0);
    WeightShape nothing = new WeightShape(3, 4, 0);
    checkSpans(nothing, storage, spline(nothing, true), 0);
  }

  @Test
  void agreesWithTheReferenceDevice() {
    WeightShape shape = new WeightShape(6, 5, 35);
    Problem problem = new Problem(shape, F32);
    DeviceArray w = output(F32, problem.gradient.length);
    DeviceArray dp = output(F32, problem.basis.length);
    WeightMix mix = new WeightMix(kernels);
    long a = input(F32, problem.a).address();
    mix.mix(shape, F32, a, input(F32, problem.basis).address(), w.address(), Stream.DEFAULT);
    mix.mixBackward(
        shape, F32, a, input(F32, problem.gradient).address(), dp.address(), 0, Stream.DEFAULT);
    try (Device reference = Device.open("reference:float64");
        Tensor coefficients = reference.allocate(Shape.of(6, 5)).write(problem.a);
        Tensor basis = reference.allocate(Shape.of(5, 7, 5)).write(problem.basis);
        Tensor mixed = reference.allocate(Shape.of(6, 7, 5));
        Tensor gradient = reference.allocate(Shape.of(6, 7, 5)).write(problem.gradient);
        Tensor basisGradient = reference.allocate(Shape.of(5, 7, 5))) {
      reference.operators().mixing().mix(coefficients, basis, mixed);
      reference.operators().mixing().mixBackward(coefficients, gradient, basisGradient);
      verify(
          shape.toString(),
          new Output(w, F32, mixed.toDoubles(), 5),
          new Output(dp, F32, basisGradient.toDoubles(), 6));
    }
  }

  @Test
  void gradientsAreThoseOfMix() {
    WeightShape shape = new WeightShape(5, 4, 6);
    Problem problem = new Problem(shape, F32);
    DeviceArray dp = output(F32, problem.basis.length);
    new WeightMix(kernels)
        .mixBackward(
            shape,
            F32,
            input(F32, problem.a).address(),
            input(F32, problem.gradient).address(),
            dp.address(),
            0,
            Stream.DEFAULT);
    double[] expected =
        centralDifferences(problem.basis, 1e-3, () -> dot(problem.gradient, problem.mixed()));
    verify(shape.toString(), new Output(dp, F32, expected, 5));
  }

  // P and W have 3 * 2^31 elements; the last block takes the last few columns.
  private static final int LARGE = 4;
  private static final long LARGE_LENGTH = 3L << 29;
  private static final int SOME = 100;

  private long largeNumbers(int bytesOff) {
    return numbers(LARGE * LARGE_LENGTH * Float.BYTES, bytesOff);
  }

  private void useManyMultiprocessors(int blocks) {
    useMultiprocessors(1 << 12);
    driver.onlyBlocks(block -> block == (blocks << 12) - 1);
  }

  /** numberAt the last columns of a row. */
  private static double[] lastNumbers(int row) {
    double[] numbers = new double[SOME];
    for (int j = 0; j < SOME; j++) {
      numbers[j] = numberAt((row + 1) * LARGE_LENGTH - SOME + j);
    }
    return numbers;
  }

  private void assertLastWords(long address, double[][] expected) {
    for (int row = 0; row < LARGE; row++) {
      long last = address + ((row + 1) * LARGE_LENGTH - SOME) * Float.BYTES;
      assertThat(readFloats(last, SOME)).isEqualTo(expected[row]);
    }
  }

  /** sum_j factors_ij numbers_j, or with the factors transposed. */
  private static double[][] product(double[] factors, boolean transposed) {
    double[][] rows = new double[LARGE][SOME];
    for (int i = 0; i < LARGE; i++) {
      for (int j = 0; j < LARGE; j++) {
        double factor = transposed ? factors[j * LARGE + i] : factors[i * LARGE + j];
        double[] numbers = lastNumbers(j);
        for (int c = 0; c < SOME; c++) {
          rows[i][c] += factor * numbers[c];
        }
      }
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void mixReachesPastTwoToThe31Elements(int bytesOff) {
    useManyMultiprocessors(bytesOff == 0 ? 3 : 2);
    WeightShape shape = new WeightShape(LARGE, LARGE, LARGE_LENGTH);
    double[] a = draw.smallIntegers(LARGE * LARGE);
    long basis = largeNumbers(bytesOff);
    long w = largeNumbers(bytesOff);
    new WeightMix(kernels).mix(shape, F32, input(F32, a).address(), basis, w, Stream.DEFAULT);
    assertLastWords(w, product(a, false));
    freeNumbers(bytesOff, basis, w);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void mixBackwardReachesPastTwoToThe31Elements(int bytesOff) {
    useManyMultiprocessors(bytesOff == 0 ? 8 : 4);
    WeightShape shape = new WeightShape(LARGE, LARGE, LARGE_LENGTH);
    double[] a = draw.smallIntegers(LARGE * LARGE);
    long dw = largeNumbers(bytesOff);
    long dp = largeNumbers(bytesOff);
    new WeightMix(kernels)
        .mixBackward(shape, F32, input(F32, a).address(), dw, dp, 0, Stream.DEFAULT);
    assertLastWords(dp, product(a, true));
    freeNumbers(bytesOff, dw, dp);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void spansReachPastTwoToThe31Elements(int bytesOff) {
    useManyMultiprocessors(bytesOff == 0 ? 8 : 4);
    WeightShape shape = new WeightShape(LARGE, LARGE, LARGE_LENGTH);
    Spline spline = spline(shape, true);
    System.arraycopy(draw.smallIntegers(4 * LARGE), 0, spline.four, 0, 4 * LARGE);
    SplineSpans spans = spline.upload();
    long basis = largeNumbers(bytesOff);
    long w = largeNumbers(bytesOff);
    long dp = largeNumbers(bytesOff);
    WeightMix mix = new WeightMix(kernels);
    mix.mixSpans(shape, F32, spans, basis, w, Stream.DEFAULT);
    double[] a = spline.coefficients(LARGE);
    assertLastWords(w, product(a, false));
    driver.onlyBlocks(block -> block == ((bytesOff == 0 ? 8 : 4) << 12) - 1);
    mix.mixSpansBackward(shape, F32, spans, basis, dp, Stream.DEFAULT);
    assertLastWords(dp, product(a, true));
    freeNumbers(bytesOff, basis, w, dp);
  }

  @ParameterizedTest
  @EnumSource
  void movesEachSectorOnce(Storage storage) {
    // Nine tiles of columns: three for each of the three blocks that mix.
    useMultiprocessors(1);
    long length = 9L * 128 * storage.vector();
    WeightShape shape = new WeightShape(32, 8, length);
    Problem problem = new Problem(shape, storage);
    WeightMix mix = new WeightMix(kernels);
    long out = shape.batch() * length;
    long weightBytes = (8 * length + out) * storage.bytes();
    long coefficientBytes = 4L * problem.a.length;

    DeviceArray w = output(storage, out);
    DeviceArray a = input(F32, problem.a);
    mix.mix(
        shape,
        storage,
        a.address(),
        input(storage, problem.basis).address(),
        w.address(),
        Stream.DEFAULT);
    assertMovesIdeal(
        measure(
            shape.toString(),
            out,
            weightBytes + 3 * coefficientBytes,
            new Output(w, storage, problem.mixed(), 8)));

    DeviceArray dp = output(storage, problem.basis.length);
    assertThat(mix.mixBackwardWorkspaceBytes(shape)).isZero();
    mix.mixBackward(
        shape,
        storage,
        a.address(),
        input(storage, problem.gradient).address(),
        dp.address(),
        0,
        Stream.DEFAULT);
    assertMovesIdeal(
        measure(
            shape.toString(),
            out,
            weightBytes + 5 * coefficientBytes,
            new Output(dp, storage, problem.basisGradient(), 32)));
  }

  @ParameterizedTest
  @EnumSource
  void spansMoveEachSectorOnce(Storage storage) {
    // A tile of columns for each of eight blocks.
    useMultiprocessors(1);
    long length = 8L * 128 * storage.vector();
    WeightShape shape = new WeightShape(32, 16, length);
    Problem problem = new Problem(shape, storage);
    int[] each = new int[32];
    for (int i = 0; i < 32; i++) {
      each[i] = i * 5 % 16;
    }
    Spline spline = new Spline(shape, 16, each);
    System.arraycopy(spline.coefficients(16), 0, problem.a, 0, problem.a.length);
    SplineSpans spans = spline.upload();
    WeightMix mix = new WeightMix(kernels);
    long out = shape.batch() * length;
    long weightBytes = (16 * length + out) * storage.bytes();
    long coefficientBytes = 4L * 4 * 32;
    long indexBytes = 4L * 32;

    DeviceArray w = output(storage, out);
    mix.mixSpans(
        shape,
        storage,
        spans,
        input(storage, problem.basis).address(),
        w.address(),
        Stream.DEFAULT);
    Traffic forward =
        measure(
            shape + " in 16 spans",
            out,
            weightBytes + 8 * (coefficientBytes + 2 * indexBytes),
            new Output(w, storage, problem.mixed(), 4));
    assertMovesIdeal(forward);

    DeviceArray dp = output(storage, problem.basis.length);
    mix.mixSpansBackward(
        shape,
        storage,
        spans,
        input(storage, problem.gradient).address(),
        dp.address(),
        Stream.DEFAULT);
    Traffic backward =
        measure(
            shape + " in 16 spans",
            out,
            weightBytes + 8 * (coefficientBytes + indexBytes + 4 * 24),
            new Output(dp, storage, problem.basisGradient(), 32));
    assertMovesIdeal(backward);
  }

  private static void assertMovesIdeal(Traffic traffic) {
    assertThat(traffic.movedOverIdeal()).isCloseTo(1, within(1e-9));
  }

  @ParameterizedTest
  @EnumSource
  void movesLittleMoreForOddRows(Storage storage) {
    WeightShape shape = new WeightShape(64, 3, 1001);
    Problem problem = new Problem(shape, storage);
    DeviceArray w = output(storage, problem.gradient.length);
    new WeightMix(kernels)
        .mix(
            shape,
            storage,
            input(F32, problem.a).address(),
            input(storage, problem.basis).address(),
            w.address(),
            Stream.DEFAULT);
    long numbers = problem.gradient.length + 4L * problem.basis.length;
    Traffic traffic =
        measure(
            shape.toString(),
            problem.gradient.length,
            numbers * storage.bytes() + 4L * problem.a.length,
            new Output(w, storage, problem.mixed(), 3));
    assertThat(traffic.movedOverIdeal()).isLessThan(1.1);
  }

  @Test
  void takesWideAccessesWhereverTheyFit() {
    checkedKernels(new WeightShape(2, 3, 16), F32, 0);
    checkedKernels(new WeightShape(2, 3, 16), F32, 1);
    checkedKernels(new WeightShape(2, 6, 16), Storage.BFLOAT16, 0);
    checkedKernels(new WeightShape(2, 100, 12), Storage.BFLOAT16, 0);
    assertThat(driver.takeLaunches())
        .extracting("kernel")
        .containsExactly(
            "weights_mix_f32_x4",
            "weights_mix_backward_f32_x4_n3",
            "weights_mix_f32_x1",
            "weights_mix_backward_f32_x1_n3",
            "weights_mix_bf16_x8",
            "weights_mix_backward_bf16_x8_n8",
            "weights_mix_bf16_x1",
            "weights_mix_backward_bf16_x1_n16");
  }

  private void checkedKernels(WeightShape shape, Storage storage, int off) {
    Problem problem = new Problem(shape, storage);
    WeightMix mix = new WeightMix(kernels);
    long a = input(F32, problem.a).address();
    long basis = input(storage, problem.basis, off).address();
    long gradient = input(storage, problem.gradient, off).address();
    long w = output(storage, problem.gradient.length, off).address();
    long dp = output(storage, problem.basis.length, off).address();
    mix.mix(shape, storage, a, basis, w, Stream.DEFAULT);
    mix.mixBackward(shape, storage, a, gradient, dp, 0, Stream.DEFAULT);
  }

  @Test
  void refusesShapesThatAreNone() {
    assertRefused(
        () -> new WeightShape(1, 0, 1), "kernel weights: basisSize is 0, must be from 1 to");
    assertRefused(
        () -> new WeightShape(-1, 1, 1), "kernel weights: batch is -1, must be from 0 to");
    assertRefused(
        () -> new WeightShape(1, 1, -1), "kernel weights: length is -1, must be from 0 to");
    assertRefused(
        () -> new WeightShape(1, 2, Long.MAX_VALUE / 4),
        "kernel weights: length is 2305843009213693951, must be from 0 to 1152921504606846975");
    assertRefused(
        () -> new WeightShape(1L << 31, 1, 1L << 31),
        "kernel weights: batch is 2147483648, must be from 0 to 1073741823");
  }

  @Test
  void refusesArgumentsBeforeAnythingIsLaunched() {
    WeightMix mix = new WeightMix(kernels);
    WeightShape shape = new WeightShape(1000, 3, 16);
    WeightShape curve = new WeightShape(9, 5, 16);
    SplineSpans spans = new SplineSpans(5, 256, 256, 256, 256);
    Stream stream = Stream.DEFAULT;
    assertRefused(
        () -> mix.mix(shape, F32, 0, 256, 256, stream),
        "kernel weights_mix_f32_x4: a is a null address, expected device memory");
    assertRefused(
        () -> mix.mix(shape, F32, 256, 258, 256, stream),
        "kernel weights_mix_f32_x1: basis is at address 0x102, which is no multiple of 4 bytes");
    assertRefused(
        () -> mix.mix(shape, F32, 256, 256, 0, stream),
        "kernel weights_mix_f32_x4: weights is a null address, expected device memory");
    assertRefused(
        () -> mix.mixBackward(shape, F32, 256, 256, 0, 256, stream),
        "kernel weights_mix_backward_f32_x4_n3: basisGradient is a null address");
    assertRefused(
        () -> mix.mixBackward(shape, F32, 256, 0, 256, 256, stream),
        "kernel weights_mix_backward_f32_x4_n3: weightGradient is a null address");
    assertRefused(
        () -> mix.mixBackward(shape, F32, 256, 256, 256, 0, stream),
        "kernel weights_mix_backward_f32_x4_n3: workspace is a null address");
    assertRefused(
        () -> mix.mixBackward(shape, F32, 256, 256, 256, 264, stream),
        "kernel weights_mix_backward_f32_x4_n3: workspace is at address 0x108, which is no");
    assertRefused(
        () -> mix.mixSpans(new WeightShape(9, 3, 16), F32, spans, 256, 256, stream),
        "kernel weights_mix_spans_f32_x4: basisSize is 3, must be from 4 to");
    assertRefused(
        () -> mix.mixSpans(new WeightShape(1L << 31, 5, 16), F32, spans, 256, 256, stream),
        "kernel weights_mix_spans_f32_x4: batch is 2147483648, must be from 0 to 2147483647");
    assertRefused(
        () -> mix.mixSpansBackward(new WeightShape(1L << 31, 5, 16), F32, spans, 256, 256, stream),
        "kernel weights_mix_spans_backward: batch is 2147483648, must be from 0 to 2147483647");
    assertRefused(
        () -> mix.mixSpans(curve, F32, new SplineSpans(5, 256, 264, 256, 256), 256, 256, stream),
        "kernel weights_mix_spans_f32_x4: coefficients is at address 0x108, which is no multiple");
    assertRefused(
        () ->
            mix.mixSpansBackward(
                curve, F32, new SplineSpans(6, 256, 256, 256, 256), 256, 256, stream),
        "kernel weights_mix_spans_backward_f32_x4: spans is 6, must be from 1 to 5");
    assertRefused(
        () ->
            mix.mixSpansBackward(
                curve, F32, new SplineSpans(5, 256, 256, 256, 0), 256, 256, stream),
        "kernel weights_mix_spans_backward_f32_x4: starts is a null address");
    assertThat(driver.takeLaunches()).isEmpty();
  }
}
