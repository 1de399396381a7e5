package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.Pooling;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BasisMixTest extends MixingTest {
  private static final Storage F32 = Storage.FLOAT32;

  private static List<MixShape> shapes() {
    List<MixShape> shapes = new ArrayList<>();
    for (int n : BASIS_SIZES) {
      shapes.add(new MixShape(2, n, 4, 16));
      shapes.add(new MixShape(2, n, 5, 7));
    }
    for (int length : LENGTHS) {
      int batch = length < 15 ? 100 : 3; // so many numbers that not all of them cancel
      shapes.add(new MixShape(batch, 3, length, 1));
      shapes.add(new MixShape(batch, 2, 1, length));
    }
    shapes.add(new MixShape(2, 5, 40, 1)); // an access of 8 and of 4, a bias each
    shapes.add(new MixShape(2, 3, 16, 2)); // an access spans more than two channels
    shapes.add(new MixShape(2, 3, 8, 5)); // a channel ends within an access of 4
    shapes.add(new MixShape(2, 3, 8, 9)); // and within one of 8
    shapes.add(new MixShape(2, 6, 8, 49));
    shapes.add(new MixShape(2, 1, 3, 1400)); // more than one tile of a block
    shapes.add(new MixShape(2, 2, 3, 2048));
    shapes.add(new MixShape(2, 3, 5, 1001));
    shapes.add(new MixShape(1, 1, 1, 17408));
    shapes.add(new MixShape(100, 2, 3, 5)); // more than one example of a block
    return shapes;
  }

  private static List<PooledMixShape> images() {
    List<PooledMixShape> images = new ArrayList<>();
    for (int n : BASIS_SIZES) {
      images.add(new PooledMixShape(2, n, 3, 6, 8));
      images.add(new PooledMixShape(2, n, 2, 5, 7));
    }
    for (int side = 1; side < 6; side++) {
      images.add(new PooledMixShape(3, 2, 2, side, 4));
      images.add(new PooledMixShape(3, 2, 2, 4, side));
    }
    images.add(new PooledMixShape(1, 3, 1, 2, 2));
    images.add(new PooledMixShape(2, 3, 4, 7, 6)); // an access ends in a line in no window
    images.add(new PooledMixShape(2, 3, 8, 7, 7));
    images.add(new PooledMixShape(2, 1, 3, 28, 28));
    images.add(new PooledMixShape(1, 4, 2, 32, 64));
    images.add(new PooledMixShape(100, 2, 1, 4, 4));
    return images;
  }

  /** What a mixture is made of, as stored. */
  private final class Problem {
    final MixShape shape;
    final Storage storage;
    final double[] a;
    final double[] y;
    final double[] bias;
    final double[] d;

    Problem(MixShape shape, Storage storage) {
      this.shape = shape;
      this.storage = storage;
      int rows = (int) shape.batch() * shape.basisSize();
      a = draw.normals(rows);
      y = normals(storage, (long) rows * shape.rowLength());
      bias = draw.normals((long) shape.basisSize() * shape.channels());
      d = normals(storage, shape.batch() * shape.rowLength());
    }

    double[] noBias() {
      return new double[bias.length];
    }

    /** Biases of each example's own. */
    double[] exampleBias() {
      return draw.normals(shape.batch() * bias.length);
    }

    /** sum_k a_ik (y_ikcp + b_ikc). */
    double[] mixed(double[] b) {
      return mix(shape, a, y, b);
    }

    double[] masked(double[] z) {
      return BasisMixTest.masked(d, z);
    }
  }

  /** d [z > 0]. */
  private static double[] masked(double[] d, double[] z) {
    double[] through = new double[d.length];
    for (int j = 0; j < d.length; j++) {
      through[j] = z[j] > 0 ? d[j] : 0;
    }
    return through;
  }

  /** b_ikc, out of an example's own biases or out of what all examples share. */
  private static double bias(MixShape shape, double[] b, int i, int k, int column) {
    int set = shape.basisSize() * shape.channels();
    int row = b.length == set ? k : i * shape.basisSize() + k;
    return b[row * shape.channels() + (int) (column / shape.positions())];
  }

  private static double[] mix(MixShape shape, double[] a, double[] y, double[] b) {
    int n = shape.basisSize();
    int row = shape.rowLength();
    double[] z = new double[(int) shape.batch() * row];
    for (int i = 0; i < shape.batch(); i++) {
      for (int k = 0; k < n; k++) {
        for (int j = 0; j < row; j++) {
          z[i * row + j] += a[i * n + k] * (y[(i * n + k) * row + j] + bias(shape, b, i, k, j));
        }
      }
    }
    return z;
  }

  private static double[] relu(double[] z) {
    return Arrays.stream(z).map(x -> Double.isNaN(x) ? x : Math.max(0, x)).toArray();
  }

  private static double[] spread(MixShape shape, double[] a, double[] through) {
    int n = shape.basisSize();
    int row = shape.rowLength();
    double[] e = new double[(int) shape.batch() * n * row];
    for (int i = 0; i < shape.batch(); i++) {
      for (int k = 0; k < n; k++) {
        for (int j = 0; j < row; j++) {
          e[(i * n + k) * row + j] = a[i * n + k] * through[i * row + j];
        }
      }
    }
    return e;
  }

  private static double[] coefficientGradient(
      MixShape shape, double[] through, double[] y, double[] b) {
    int n = shape.basisSize();
    int row = shape.rowLength();
    double[] da = new double[(int) shape.batch() * n];
    for (int i = 0; i < shape.batch(); i++) {
      for (int k = 0; k < n; k++) {
        for (int j = 0; j < row; j++) {
          da[i * n + k] +=
              through[i * row + j] * (y[(i * n + k) * row + j] + bias(shape, b, i, k, j));
        }
      }
    }
    return da;
  }

  private DeviceArray reduce(Problem problem, Epilogue epilogue, boolean withBias, int off) {
    Bias bias = withBias ? Bias.ofBasisPoints(input(F32, problem.bias, off).address()) : Bias.NONE;
    return reduce(problem, epilogue, bias, off);
  }

  private DeviceArray reduce(Problem problem, Epilogue epilogue, Bias bias, int off) {
    MixShape shape = problem.shape;
    DeviceArray y = input(problem.storage, problem.y, off);
    DeviceArray z = output(problem.storage, shape.batch() * shape.rowLength(), off);
    new BasisMix(kernels)
        .reduce(
            shape,
            problem.storage,
            epilogue,
            input(F32, problem.a, off).address(),
            y.address(),
            bias,
            z.address(),
            Stream.DEFAULT);
    return z;
  }

  private void checkReduce(MixShape shape, Storage storage, int off) {
    Problem problem = new Problem(shape, storage);
    DeviceArray z = reduce(problem, Epilogue.RELU, true, off);
    int terms = 2 * shape.basisSize();
    verify(shape.toString(), new Output(z, storage, relu(problem.mixed(problem.bias)), terms));
  }

  @ParameterizedTest
  @EnumSource
  void reduceMixes(Storage storage) {
    for (MixShape shape : shapes()) {
      checkReduce(shape, storage, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void reduceMixesWhereABlockTakesManyItemsAtAnyAddress(Storage storage) {
    useMultiprocessors(1);
    for (MixShape shape : shapes()) {
      checkReduce(shape, storage, 1);
      checkReduce(shape, storage, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void reduceLeavesOutBiasAndActivation(Storage storage) {
    for (long positions : new long[] {1, 16}) {
      Problem problem = new Problem(new MixShape(3, 3, 8, positions), storage);
      double[] plain = problem.mixed(problem.noBias());
      double[] biased = problem.mixed(problem.bias);
      Output none = new Output(reduce(problem, Epilogue.NONE, false, 0), storage, plain, 3);
      Output active = new Output(reduce(problem, Epilogue.RELU, false, 0), storage, relu(plain), 3);
      Output bias = new Output(reduce(problem, Epilogue.NONE, true, 0), storage, biased, 6);
      verify("positions " + positions, none, active, bias);
    }
  }

  @ParameterizedTest
  @EnumSource
  void reduceAddsEachExamplesOwnBias(Storage storage) {
    for (MixShape shape : shapesWithBiases()) {
      for (int off : new int[] {0, 1}) {
        Problem problem = new Problem(shape, storage);
        double[] b = problem.exampleBias();
        Bias bias = Bias.ofExamples(input(F32, b, off).address());
        DeviceArray z = reduce(problem, Epilogue.RELU, bias, off);
        int terms = 2 * shape.basisSize();
        verify(shape.toString(), new Output(z, storage, relu(problem.mixed(b)), terms));
      }
    }
  }

  private static List<MixShape> shapesWithBiases() {
    return List.of(
        new MixShape(5, 1, 7, 1),
        new MixShape(40, 1, 8, 1),
        new MixShape(3, 1, 5, 9),
        new MixShape(3, 1, 16, 64),
        new MixShape(9, 3, 7, 1),
        new MixShape(4, 6, 16, 1),
        new MixShape(4, 3, 5, 16),
        new MixShape(2, 5, 3, 1400));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 8})
  void aNanStaysOneAndSpoilsNothingElse(int basisSize) {
    Problem problem = new Problem(new MixShape(2, basisSize, 2, 64), F32);
    problem.y[basisSize * 128 + 17] = Double.NaN;
    double[] z = Numbers.values(F32, reduce(problem, Epilogue.RELU, true, 0).read());
    assertThat(z[128 + 17]).isNaN();
    z[128 + 17] = 0;
    assertThat(z).doesNotContain(Double.NaN);
  }

  private void checkExpand(MixShape shape, Storage storage, int off) {
    Problem problem = new Problem(shape, storage);
    double[] z = relu(normals(storage, problem.d.length));
    DeviceArray a = input(F32, problem.a, off);
    DeviceArray d = input(storage, problem.d, off);
    DeviceArray mask = input(storage, z, off);
    DeviceArray masked = output(storage, problem.y.length, off);
    DeviceArray all = output(storage, problem.y.length, off);
    BasisMix mix = new BasisMix(kernels);
    mix.expand(
        shape, storage, a.address(), d.address(), mask.address(), masked.address(), Stream.DEFAULT);
    mix.expand(shape, storage, a.address(), d.address(), 0, all.address(), Stream.DEFAULT);
    verify(
        shape.toString(),
        new Output(masked, storage, spread(shape, problem.a, problem.masked(z)), 1),
        new Output(all, storage, spread(shape, problem.a, problem.d), 1));
  }

  @ParameterizedTest
  @EnumSource
  void expandSpreadsTheGradient(Storage storage) {
    for (MixShape shape : shapes()) {
      checkExpand(shape, storage, 0);
      checkExpand(shape, storage, 3);
    }
  }

  private void checkCoefficientGradient(MixShape shape, Storage storage, int off) {
    Problem problem = new Problem(shape, storage);
    double[] z = relu(normals(storage, problem.d.length));
    DeviceArray d = input(storage, problem.d, off);
    DeviceArray mask = input(storage, z, off);
    DeviceArray y = input(storage, problem.y, off);
    DeviceArray bias = input(F32, problem.bias, off);
    DeviceArray full = output(F32, problem.a.length, off);
    DeviceArray plain = output(F32, problem.a.length);
    BasisMix mix = new BasisMix(kernels);
    long bytes = mix.coefficientGradientWorkspaceBytes(shape);
    long workspace = bytes == 0 ? 0 : outputBytes(bytes).address();
    mix.coefficientGradient(
        shape,
        storage,
        d.address(),
        mask.address(),
        y.address(),
        Bias.ofBasisPoints(bias.address()),
        full.address(),
        workspace,
        Stream.DEFAULT);
    mix.coefficientGradient(
        shape,
        storage,
        d.address(),
        0,
        y.address(),
        Bias.NONE,
        plain.address(),
        workspace,
        Stream.DEFAULT);
    // Storage only rounds what goes in: sums come out in single precision.
    int terms = 2 * shape.rowLength();
    verify(
        shape.toString(),
        new Output(
            full,
            F32,
            coefficientGradient(shape, problem.masked(z), problem.y, problem.bias),
            terms),
        new Output(
            plain, F32, coefficientGradient(shape, problem.d, problem.y, problem.noBias()), terms));
  }

  @ParameterizedTest
  @EnumSource
  void coefficientGradientSumsOverARow(Storage storage) {
    useMultiprocessors(1);
    for (MixShape shape : shapes()) {
      checkCoefficientGradient(shape, storage, 0);
      checkCoefficientGradient(shape, storage, 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void coefficientGradientSplitsLongRowsOfFewExamples(Storage storage) {
    BasisMix mix = new BasisMix(kernels);
    MixShape shape = new MixShape(2, 11, 3, 4099);
    assertThat(mix.coefficientGradientWorkspaceBytes(shape)).isEqualTo(4L * 2 * 11 * 4);
    assertThat(mix.coefficientGradientWorkspaceBytes(new MixShape(2, 11, 1, 4096))).isZero();
    checkCoefficientGradient(shape, storage, 0);
    checkCoefficientGradient(new MixShape(1, 3, 8, 4096), storage, 0);
  }

  @ParameterizedTest
  @EnumSource
  void coefficientGradientTakesEachExamplesOwnBias(Storage storage) {
    for (MixShape shape : shapesWithBiases()) {
      for (int off : new int[] {0, 1}) {
        Problem problem = new Problem(shape, storage);
        double[] b = problem.exampleBias();
        DeviceArray da = output(F32, problem.a.length);
        BasisMix mix = new BasisMix(kernels);
        long bytes = mix.coefficientGradientWorkspaceBytes(shape);
        mix.coefficientGradient(
            shape,
            storage,
            input(storage, problem.d, off).address(),
            0,
            input(storage, problem.y, off).address(),
            Bias.ofExamples(input(F32, b, off).address()),
            da.address(),
            bytes == 0 ? 0 : outputBytes(bytes).address(),
            Stream.DEFAULT);
        double[] expected = coefficientGradient(shape, problem.d, problem.y, b);
        verify(shape.toString(), new Output(da, F32, expected, 2 * shape.rowLength()));
      }
    }
  }

  @Test
  void sumsHaveTheSameBitsWhateverTheOrderOfBlocks() {
    MixShape shape = new MixShape(3, 5, 7, 1999);
    Problem problem = new Problem(shape, F32);
    Work work =
        (other, loaded) -> {
          BasisMix mix = new BasisMix(loaded);
          DeviceArray da = DeviceArray.unwritten(other, 0, problem.a.length * 4L);
          long bytes = mix.coefficientGradientWorkspaceBytes(shape);
          mix.coefficientGradient(
              shape,
              F32,
              DeviceArray.of(other, problem.d).address(),
              0,
              DeviceArray.of(other, problem.y).address(),
              Bias.ofBasisPoints(DeviceArray.of(other, problem.bias).address()),
              da.address(),
              DeviceArray.unwritten(other, 0, bytes).address(),
              Stream.DEFAULT);
          return da.read();
        };
    assertThat(elsewhere(work)).isEqualTo(elsewhere(work));
  }

  /** The maximum of each window, NaN if one is in it. */
  private static double[] maxima(PooledMixShape image, double[] z) {
    double[] pooled = new double[(int) image.batch() * image.pooled().rowLength()];
    forEachWindow(
        image,
        z,
        (window, values, places) ->
            pooled[window] = Arrays.stream(values).reduce(Math::max).getAsDouble());
    return pooled;
  }

  /** The first place of the largest number of each window. */
  private static byte[] places(PooledMixShape image, double[] z) {
    byte[] argmax = new byte[(int) image.batch() * image.pooled().rowLength()];
    forEachWindow(
        image,
        z,
        (window, values, places) -> {
          for (int s = 1; s < 4; s++) {
            if (values[s] > values[argmax[window]]) {
              argmax[window] = (byte) s;
            }
          }
        });
    return argmax;
  }

  /** Each window's gradient where its maximum stood. */
  private static double[] unpooled(PooledMixShape image, double[] through, byte[] argmax) {
    double[] e = new double[(int) image.batch() * image.mixed().rowLength()];
    forEachWindow(
        image, e, (window, values, places) -> e[places[argmax[window]]] = through[window]);
    return e;
  }

  private interface Window {
    void visit(int window, double[] values, int[] places);
  }

  private static void forEachWindow(PooledMixShape image, double[] z, Window visitor) {
    int window = 0;
    for (int plane = 0; plane < image.batch() * image.channels(); plane++) {
      for (int r = 0; r < image.height() / 2; r++) {
        for (int c = 0; c < image.width() / 2; c++) {
          int[] places = new int[4];
          double[] values = new double[4];
          for (int s = 0; s < 4; s++) {
            places[s] = (plane * image.height() + 2 * r + s / 2) * image.width() + 2 * c + s % 2;
            values[s] = z[places[s]];
          }
          visitor.visit(window++, values, places);
        }
      }
    }
  }

  /** Whole numbers: sums are exact, and ties abound. */
  private Problem wholeNumbers(Problem problem) {
    for (double[] numbers : List.of(problem.a, problem.y, problem.bias)) {
      System.arraycopy(draw.smallIntegers(numbers.length), 0, numbers, 0, numbers.length);
    }
    return problem;
  }

  private void checkReducePool(PooledMixShape image, Storage storage, Epilogue epilogue, int off) {
    Problem problem = wholeNumbers(new Problem(image.mixed(), storage));
    double[] bias = problem.bias;
    boolean withBias = epilogue == Epilogue.RELU;
    checkReducePool(
        image,
        problem,
        epilogue,
        withBias ? Bias.ofBasisPoints(input(F32, bias).address()) : Bias.NONE,
        problem.mixed(withBias ? bias : problem.noBias()),
        off);
  }

  private void checkReducePool(
      PooledMixShape image,
      Problem problem,
      Epilogue epilogue,
      Bias bias,
      double[] mixed,
      int off) {
    Storage storage = problem.storage;
    double[] z = epilogue == Epilogue.RELU ? relu(mixed) : mixed;

    long windows = image.batch() * image.pooled().rowLength();
    DeviceArray pooled = output(storage, windows, off);
    DeviceArray argmax = outputBytes(windows);
    new BasisMix(kernels)
        .reducePool(
            image,
            storage,
            epilogue,
            input(F32, problem.a).address(),
            input(storage, problem.y, off).address(),
            bias,
            pooled.address(),
            argmax.address(),
            Stream.DEFAULT);
    verify(image.toString(), new Output(pooled, storage, maxima(image, z), 2 * image.basisSize()));
    assertThat(argmax.read()).as(image.toString()).isEqualTo(places(image, z));
  }

  @ParameterizedTest
  @EnumSource
  void reducePoolKeepsTheFirstMaximumOfEachWindow(Storage storage) {
    for (PooledMixShape image : images()) {
      checkReducePool(image, storage, Epilogue.RELU, 0);
      checkReducePool(image, storage, Epilogue.NONE, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void reducePoolTakesAnyAddressAndManyItems(Storage storage) {
    useMultiprocessors(1);
    for (PooledMixShape image : images()) {
      checkReducePool(image, storage, Epilogue.RELU, 1);
      checkReducePool(image, storage, Epilogue.RELU, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void reducePoolAddsEachExamplesOwnBias(Storage storage) {
    for (PooledMixShape image :
        List.of(
            new PooledMixShape(5, 1, 3, 6, 8),
            new PooledMixShape(4, 1, 1, 2, 2),
            new PooledMixShape(4, 3, 7, 5, 7))) {
      Problem problem = wholeNumbers(new Problem(image.mixed(), storage));
      double[] b = draw.smallIntegers(image.batch() * problem.bias.length);
      Bias bias = Bias.ofExamples(input(F32, b).address());
      checkReducePool(image, problem, Epilogue.RELU, bias, problem.mixed(b), 0);
    }
  }

  @Test
  void aNanIsTheMaximumButNeverItsPlace() {
    double nan = Double.NaN;
    double[] y = {
      nan, 1, 3, nan, 5, 6, -1, 2, //
      2, 3, 4, 1, nan, 7, nan, nan
    };
    PooledMixShape image = new PooledMixShape(1, 1, 1, 2, 8);
    DeviceArray pooled = output(F32, 4);
    DeviceArray argmax = outputBytes(4);
    new BasisMix(kernels)
        .reducePool(
            image,
            F32,
            Epilogue.RELU,
            input(F32, new double[] {1}).address(),
            input(F32, y).address(),
            Bias.NONE,
            pooled.address(),
            argmax.address(),
            Stream.DEFAULT);
    assertThat(Numbers.values(F32, pooled.read())).containsExactly(nan, nan, nan, nan);
    assertThat(argmax.read()).containsExactly(0, 2, 3, 1);
  }

  @Test
  void poolsAsTheReferenceDeviceDoes() {
    PooledMixShape image = new PooledMixShape(2, 1, 3, 5, 9);
    double[] y = draw.smallIntegers(2 * 3 * 5 * 9);
    for (int place : draw.indices(20, y.length)) {
      y[place] = Double.NaN;
    }
    double[] d = draw.normals(2 * 3 * 2 * 4);
    long ones = input(F32, new double[] {1, 1}).address();
    DeviceArray pooled = output(F32, d.length);
    DeviceArray argmax = outputBytes(d.length);
    DeviceArray e = output(F32, y.length);
    BasisMix mix = new BasisMix(kernels);
    mix.reducePool(
        image,
        F32,
        Epilogue.NONE,
        ones,
        input(F32, y).address(),
        Bias.NONE,
        pooled.address(),
        argmax.address(),
        Stream.DEFAULT);
    mix.expandPool(
        image,
        F32,
        ones,
        input(F32, d).address(),
        argmax.address(),
        0,
        e.address(),
        Stream.DEFAULT);
    Pooling layer = new Pooling(Pooling.Kind.MAX, 3, 5, 9, 2);
    try (Device reference = Device.open("reference:float64");
        Tensor input = reference.allocate(layer.inputShape(2)).write(y);
        Tensor output = reference.allocate(layer.outputShape(2));
        Tensor gradient = reference.allocate(layer.outputShape(2)).write(d);
        Tensor inputGradient = reference.allocate(layer.inputShape(2))) {
      reference.operators().pooling().forward(layer, input, output);
      reference.operators().pooling().backward(layer, input, gradient, inputGradient);
      assertThat(Numbers.values(F32, pooled.read())).isEqualTo(output.toDoubles());
      assertThat(Numbers.values(F32, e.read())).isEqualTo(inputGradient.toDoubles());
    }
  }

  private void checkExpandPool(PooledMixShape image, Storage storage, int off) {
    MixShape windows = image.pooled();
    MixShape pixels = image.mixed();
    int count = (int) image.batch() * windows.rowLength();
    double[] a = draw.normals(image.batch() * image.basisSize());
    double[] d = normals(storage, count);
    double[] z = relu(normals(storage, count));
    byte[] places = new byte[count];
    for (int j = 0; j < count; j++) {
      places[j] = (byte) draw.indices(1, 4)[0];
    }
    long numbers = image.batch() * image.basisSize() * pixels.rowLength();
    DeviceArray masked = output(storage, numbers, off);
    DeviceArray all = output(storage, numbers, off);
    long coefficients = input(F32, a).address();
    long gradient = input(storage, d, off).address();
    long argmax = input(places).address();
    long pooled = input(storage, z, off).address();
    BasisMix mix = new BasisMix(kernels);
    mix.expandPool(
        image, storage, coefficients, gradient, argmax, pooled, masked.address(), Stream.DEFAULT);
    mix.expandPool(
        image, storage, coefficients, gradient, argmax, 0, all.address(), Stream.DEFAULT);
    verify(
        image.toString(),
        new Output(masked, storage, spread(pixels, a, unpooled(image, masked(d, z), places)), 1),
        new Output(all, storage, spread(pixels, a, unpooled(image, d, places)), 1));
  }

  @ParameterizedTest
  @EnumSource
  void expandPoolWritesEveryPixel(Storage storage) {
    for (PooledMixShape image : images()) {
      checkExpandPool(image, storage, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void expandPoolWritesEveryPixelWhereABlockTakesManyItems(Storage storage) {
    useMultiprocessors(1);
    for (PooledMixShape image : images()) {
      checkExpandPool(image, storage, 1);
      checkExpandPool(image, storage, 0);
    }
  }

  /** No number is so near the kink of ReLU that a step crosses it. */
  private Problem awayFromTheKink(MixShape shape) {
    Problem problem;
    do {
      problem = new Problem(shape, F32);
    } while (Arrays.stream(problem.mixed(problem.bias)).anyMatch(x -> Math.abs(x) < 1e-2));
    return problem;
  }

  @Test
  void gradientsAreThoseOfReduce() {
    MixShape shape = new MixShape(2, 3, 2, 5);
    Problem problem = awayFromTheKink(shape);
    DoubleSupplier loss = () -> dot(problem.d, relu(problem.mixed(problem.bias)));
    DeviceArray a = input(F32, problem.a);
    DeviceArray d = input(F32, problem.d);
    DeviceArray mask = reduce(problem, Epilogue.RELU, true, 0);
    DeviceArray e = output(F32, problem.y.length);
    DeviceArray da = output(F32, problem.a.length);
    BasisMix mix = new BasisMix(kernels);
    mix.expand(shape, F32, a.address(), d.address(), mask.address(), e.address(), Stream.DEFAULT);
    mix.coefficientGradient(
        shape,
        F32,
        d.address(),
        mask.address(),
        input(F32, problem.y).address(),
        Bias.ofBasisPoints(input(F32, problem.bias).address()),
        da.address(),
        0,
        Stream.DEFAULT);
    verify(
        shape.toString(),
        new Output(e, F32, centralDifferences(problem.y, 1e-5, loss), 4),
        new Output(da, F32, centralDifferences(problem.a, 1e-5, loss), 30));
  }

  // Shapes whose y has 3 * 2^31 elements, on a device where the last block takes little of them.
  private static final int LARGE_BATCH = 3 << 9;
  private static final int LARGE_ROW = 1 << 21;
  private static final int LARGE_PLANE = 1 << 7;
  private static final long LARGE_BYTES = (long) LARGE_BATCH * LARGE_ROW * Float.BYTES;
  private static final int SOME = 256;

  private void useManyMultiprocessors() {
    useMultiprocessors(1 << 12);
    driver.onlyBlocks(block -> block == (1 << 15) - 1);
  }

  /** numberAt the last columns of row k of the last example's. */
  private static double[] lastNumbers(int rows, int k) {
    double[] numbers = new double[SOME];
    for (int j = 0; j < SOME; j++) {
      long row = (LARGE_BATCH - 1L) * rows + k;
      numbers[j] = numberAt((row + 1) * LARGE_ROW - SOME + j);
    }
    return numbers;
  }

  private double[] lastWords(long address, long bytes) {
    return readFloats(address + bytes - SOME * (long) Float.BYTES, SOME);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void reduceReachesPastTwoToThe31Elements(int bytesOff) {
    useManyMultiprocessors();
    MixShape shape = new MixShape(LARGE_BATCH, 2, 32, LARGE_ROW / 32);
    double[] a = draw.smallIntegers(2 * LARGE_BATCH);
    long y = numbers(2 * LARGE_BYTES, bytesOff);
    long z = numbers(LARGE_BYTES, bytesOff);
    long coefficients = input(F32, a).address();
    new BasisMix(kernels)
        .reduce(shape, F32, Epilogue.NONE, coefficients, y, Bias.NONE, z, Stream.DEFAULT);
    double[] expected = new double[SOME];
    for (int k = 0; k < 2; k++) {
      double[] row = lastNumbers(2, k);
      for (int j = 0; j < SOME; j++) {
        expected[j] += a[2 * LARGE_BATCH - 2 + k] * row[j];
      }
    }
    assertThat(lastWords(z, LARGE_BYTES)).isEqualTo(expected);
    freeNumbers(bytesOff, y, z);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void expandReachesPastTwoToThe31Elements(int bytesOff) {
    useManyMultiprocessors();
    MixShape shape = new MixShape(LARGE_BATCH, 2, 32, LARGE_ROW / 32);
    double[] a = draw.smallIntegers(2 * LARGE_BATCH);
    long d = numbers(LARGE_BYTES, bytesOff);
    long e = numbers(2 * LARGE_BYTES, bytesOff);
    new BasisMix(kernels).expand(shape, F32, input(F32, a).address(), d, 0, e, Stream.DEFAULT);
    double[] expected = lastNumbers(1, 0);
    for (int j = 0; j < SOME; j++) {
      expected[j] *= a[2 * LARGE_BATCH - 1];
    }
    assertThat(lastWords(e, 2 * LARGE_BYTES)).isEqualTo(expected);
    freeNumbers(bytesOff, d, e);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void poolingReachesPastTwoToThe31Elements(int bytesOff) {
    useManyMultiprocessors();
    PooledMixShape image = new PooledMixShape(LARGE_BATCH, 2, 128, LARGE_PLANE, LARGE_PLANE);
    double[] a = new double[2 * LARGE_BATCH];
    a[2 * LARGE_BATCH - 1] = 1;
    long coefficients = input(F32, a).address();
    long y = numbers(2 * LARGE_BYTES, bytesOff);
    long pooled = numbers(LARGE_BYTES / 4, bytesOff);
    long argmax = numbers(LARGE_BYTES / 16, 0);
    BasisMix mix = new BasisMix(kernels);
    mix.reducePool(
        image, F32, Epilogue.NONE, coefficients, y, Bias.NONE, pooled, argmax, Stream.DEFAULT);
    double[] row = lastNumbers(2, 1);
    double[] maxima = new double[LARGE_PLANE / 2];
    for (int c = 0; c < maxima.length; c++) {
      maxima[c] =
          Math.max(
              Math.max(row[2 * c], row[2 * c + 1]),
              Math.max(row[LARGE_PLANE + 2 * c], row[LARGE_PLANE + 2 * c + 1]));
    }
    long end = pooled + LARGE_BYTES / 4;
    assertThat(readFloats(end - maxima.length * 4L, maxima.length)).isEqualTo(maxima);

    driver.onlyBlocks(block -> block == (1 << 15) - 1);
    long e = numbers(2 * LARGE_BYTES, bytesOff);
    mix.expandPool(image, F32, coefficients, pooled, argmax, 0, e, Stream.DEFAULT);
    double[] spread = lastWords(e, 2 * LARGE_BYTES);
    for (int c = 0; c < maxima.length; c++) {
      double sum =
          spread[2 * c]
              + spread[2 * c + 1]
              + spread[LARGE_PLANE + 2 * c]
              + spread[LARGE_PLANE + 2 * c + 1];
      assertThat(sum).isEqualTo(maxima[c]);
    }
    driver.free(argmax);
    freeNumbers(bytesOff, y, pooled, e);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void coefficientGradientReachesPastTwoToThe31Elements(int bytesOff) {
    useManyMultiprocessors();
    int columns = 1 << 15;
    MixShape shape = new MixShape(LARGE_BYTES / Float.BYTES / columns, 2, 1, columns);
    long d = numbers(LARGE_BYTES, bytesOff);
    long y = numbers(2 * LARGE_BYTES, bytesOff);
    long da = output(F32, 2 * shape.batch()).address();
    new BasisMix(kernels)
        .coefficientGradient(shape, F32, d, 0, y, Bias.NONE, da, 0, Stream.DEFAULT);
    double[] expected = new double[2];
    for (int k = 0; k < 2; k++) {
      for (int j = 0; j < columns; j++) {
        long example = shape.batch() - 1;
        expected[k] += numberAt(example * columns + j) * numberAt((2 * example + k) * columns + j);
      }
    }
    assertThat(readFloats(da + (shape.batch() - 1) * 2 * Float.BYTES, 2)).isEqualTo(expected);
    freeNumbers(bytesOff, d, y);
  }

  @Test
  void takesWideAccessesWhereverTheyFit() {
    MixShape shape = new MixShape(2, 3, 4, 8);
    Problem problem = new Problem(shape, F32);
    reduce(problem, Epilogue.NONE, true, 0);
    reduce(problem, Epilogue.NONE, true, 1);
    reduce(new Problem(shape, Storage.BFLOAT16), Epilogue.NONE, true, 0);
    reduce(new Problem(new MixShape(2, 3, 4, 7), Storage.BFLOAT16), Epilogue.NONE, true, 0);
    reduce(new Problem(new MixShape(2, 3, 8, 2), F32), Epilogue.NONE, true, 0);
    reduce(new Problem(new MixShape(2, 5, 8, 2), F32), Epilogue.NONE, false, 0);
    assertThat(driver.takeLaunches())
        .extracting("kernel")
        .containsExactly(
            "mix_reduce_f32_x4_n3",
            "mix_reduce_f32_x1_n3",
            "mix_reduce_bf16_x8_n3",
            "mix_reduce_bf16_x1_n3",
            "mix_reduce_f32_x1_n3",
            "mix_reduce_f32_x4_any");
  }

  @Test
  void doesNothingWithoutExamplesOrPositions() {
    for (MixShape shape : List.of(new MixShape(0, 3, 4, 5), new MixShape(2, 3, 4, 0))) {
      checkReduce(shape, F32, 0);
      checkExpand(shape, F32, 0);
      checkCoefficientGradient(shape, F32, 0);
    }
    checkReducePool(new PooledMixShape(0, 3, 4, 4, 4), F32, Epilogue.RELU, 0);
    checkExpandPool(new PooledMixShape(0, 3, 4, 4, 4), F32, 0);
  }

  @ParameterizedTest
  @EnumSource
  void movesEachSectorOnce(Storage storage) {
    // A row is a tile of a block, and the coefficients of an example are a sector.
    MixShape shape = new MixShape(16, 8, 4, storage == F32 ? 256 : 512);
    Problem problem = new Problem(shape, storage);
    long out = shape.batch() * shape.rowLength();
    long coefficientBytes = 4L * problem.a.length;
    long idealBytes = (8 + 1) * out * storage.bytes() + coefficientBytes;

    Output reduced =
        new Output(
            reduce(problem, Epilogue.NONE, false, 0), storage, problem.mixed(problem.noBias()), 8);
    assertMovesIdeal(measure(shape.toString(), out, idealBytes, reduced));

    BasisMix mix = new BasisMix(kernels);
    DeviceArray d = input(storage, problem.d);
    double[] mask = relu(normals(storage, out));
    DeviceArray z = input(storage, mask);
    DeviceArray e = output(storage, problem.y.length);
    mix.expand(
        shape,
        storage,
        input(F32, problem.a).address(),
        d.address(),
        z.address(),
        e.address(),
        Stream.DEFAULT);
    double[] through = problem.masked(mask);
    Output expanded = new Output(e, storage, spread(shape, problem.a, through), 1);
    long maskedBytes = idealBytes + out * storage.bytes();
    assertMovesIdeal(measure(shape.toString(), out, maskedBytes, expanded));

    DeviceArray da = output(F32, problem.a.length);
    mix.coefficientGradient(
        shape,
        storage,
        d.address(),
        z.address(),
        input(storage, problem.y).address(),
        Bias.NONE,
        da.address(),
        0,
        Stream.DEFAULT);
    double[] gradient = coefficientGradient(shape, through, problem.y, problem.noBias());
    Output summed = new Output(da, F32, gradient, shape.rowLength());
    assertMovesIdeal(measure(shape.toString(), out, maskedBytes, summed));
  }

  @ParameterizedTest
  @EnumSource
  void poolingMovesEachSectorOnce(Storage storage) {
    PooledMixShape image = new PooledMixShape(4, 8, 4, 32, 32);
    MixShape pixels = image.mixed();
    Problem problem = new Problem(pixels, storage);
    long in = pixels.batch() * pixels.rowLength();
    long windows = in / 4;
    // The blocks of an example's channels, or pairs of channels, read its coefficients each.
    long reads = problem.a.length * (long) Float.BYTES;
    long idealBytes = 8 * in * storage.bytes() + windows * (storage.bytes() + 1);

    DeviceArray pooled = output(storage, windows);
    DeviceArray argmax = outputBytes(windows);
    BasisMix mix = new BasisMix(kernels);
    mix.reducePool(
        image,
        storage,
        Epilogue.RELU,
        input(F32, problem.a).address(),
        input(storage, problem.y).address(),
        Bias.NONE,
        pooled.address(),
        argmax.address(),
        Stream.DEFAULT);
    double[] z = relu(problem.mixed(problem.noBias()));
    Output maximum = new Output(pooled, storage, maxima(image, z), 8);
    assertMovesIdeal(measure(image.toString(), in, idealBytes + 4 * reads, maximum));

    double[] d = normals(storage, windows);
    DeviceArray e = output(storage, problem.y.length);
    mix.expandPool(
        image,
        storage,
        input(F32, problem.a).address(),
        input(storage, d).address(),
        argmax.address(),
        pooled.address(),
        e.address(),
        Stream.DEFAULT);
    double[] through = masked(d, Numbers.values(storage, pooled.read()));
    double[] spread = spread(pixels, problem.a, unpooled(image, through, argmax.read()));
    Output expanded = new Output(e, storage, spread, 1);
    long maskedBytes = idealBytes + windows * storage.bytes();
    long blocksPerExample = pixels.rowLength() / (256L * storage.vector());
    Traffic traffic =
        measure(image.toString(), in, maskedBytes + blocksPerExample * reads, expanded);
    assertThat(traffic.movedOverIdeal()).isCloseTo(1, within(1e-9));
  }

  private static void assertMovesIdeal(Traffic traffic) {
    assertThat(traffic.movedOverIdeal()).isCloseTo(1, within(1e-9));
    assertThat(traffic.sectorsOverFewest()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void movesLittleMoreForOddRowsAndForBiases(Storage storage) {
    for (MixShape shape :
        List.of(
            new MixShape(16, 3, 7, 97),
            new MixShape(16, 4, 32, 49),
            new MixShape(64, 5, 9, 111),
            new MixShape(64, 4, 1, 1023))) {
      Problem problem = new Problem(shape, storage);
      long out = shape.batch() * shape.rowLength();
      long idealBytes =
          (shape.basisSize() + 1) * out * storage.bytes()
              + 4L * (problem.a.length + problem.bias.length);
      Output reduced =
          new Output(
              reduce(problem, Epilogue.NONE, true, 0),
              storage,
              problem.mixed(problem.bias),
              2 * shape.basisSize());
      Traffic traffic = measure(shape.toString(), out, idealBytes, reduced);
      assertThat(traffic.movedOverIdeal()).isLessThan(1.1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsMoveLittleMoreForOddRows(Storage storage) {
    MixShape shape = new MixShape(16, 5, 9, 111);
    Problem problem = new Problem(shape, storage);
    long out = shape.batch() * shape.rowLength();
    double[] mask = relu(normals(storage, out));
    double[] through = problem.masked(mask);
    long a = input(F32, problem.a).address();
    long d = input(storage, problem.d).address();
    long z = input(storage, mask).address();
    DeviceArray e = output(storage, problem.y.length);
    DeviceArray da = output(F32, problem.a.length);
    BasisMix mix = new BasisMix(kernels);
    long idealBytes = (5 + 2) * out * storage.bytes() + 4L * problem.a.length;

    mix.expand(shape, storage, a, d, z, e.address(), Stream.DEFAULT);
    Output expanded = new Output(e, storage, spread(shape, problem.a, through), 1);
    Traffic expand = measure(shape.toString(), out, idealBytes, expanded);
    assertThat(expand.movedOverIdeal()).isLessThan(1.1);

    long y = input(storage, problem.y).address();
    Bias bias = Bias.ofBasisPoints(input(F32, problem.bias).address());
    mix.coefficientGradient(shape, storage, d, z, y, bias, da.address(), 0, Stream.DEFAULT);
    double[] gradient = coefficientGradient(shape, through, problem.y, problem.bias);
    Output summed = new Output(da, F32, gradient, 2 * shape.rowLength());
    long withBias = idealBytes + 4L * problem.bias.length;
    Traffic sums = measure(shape.toString(), out, withBias, summed);
    assertThat(sums.movedOverIdeal()).isLessThan(1.1);
  }

  @ParameterizedTest
  @EnumSource
  void poolingMovesLittleMoreForOddImages(Storage storage) {
    PooledMixShape image = new PooledMixShape(16, 3, 8, 15, 15);
    MixShape pixels = image.mixed();
    Problem problem = new Problem(pixels, storage);
    long windows = image.batch() * image.pooled().rowLength();
    long in = pixels.batch() * pixels.rowLength();
    long a = input(F32, problem.a).address();
    DeviceArray pooled = output(storage, windows);
    DeviceArray argmax = outputBytes(windows);
    BasisMix mix = new BasisMix(kernels);
    mix.reducePool(
        image,
        storage,
        Epilogue.NONE,
        a,
        input(storage, problem.y).address(),
        Bias.NONE,
        pooled.address(),
        argmax.address(),
        Stream.DEFAULT);
    double[] z = problem.mixed(problem.noBias());
    Output maximum = new Output(pooled, storage, maxima(image, z), 3);
    // A last line is in no window; a last column is, but shares sectors with those before it.
    long idealBytes =
        3 * in * 14 / 15 * storage.bytes()
            + windows * (storage.bytes() + 1)
            + 4L * problem.a.length;
    Traffic reduce = measure(image.toString(), in, idealBytes, maximum);
    assertThat(reduce.movedOverIdeal()).isLessThan(1.1);

    double[] d = normals(storage, windows);
    DeviceArray e = output(storage, problem.y.length);
    mix.expandPool(
        image,
        storage,
        a,
        input(storage, d).address(),
        argmax.address(),
        0,
        e.address(),
        Stream.DEFAULT);
    double[] spread = spread(pixels, problem.a, unpooled(image, d, argmax.read()));
    Output expanded = new Output(e, storage, spread, 1);
    long writtenBytes = idealBytes + 3 * in / 15 * storage.bytes();
    Traffic expand = measure(image.toString(), in, writtenBytes, expanded);
    assertThat(expand.movedOverIdeal()).isLessThan(1.1);
  }

  @Test
  void readsABiasOnceForAllExamplesOfABlock() {
    useMultiprocessors(1);
    MixShape shape = new MixShape(64, 4, 1024, 1);
    Problem problem = new Problem(shape, F32);
    long out = shape.batch() * shape.rowLength();
    Output reduced =
        new Output(
            reduce(problem, Epilogue.RELU, true, 0), F32, relu(problem.mixed(problem.bias)), 8);
    long idealBytes = 5 * out * 4 + 4L * problem.a.length + 8 * 4L * problem.bias.length;
    Traffic traffic = measure(shape + " on 8 blocks", out, idealBytes, reduced);
    assertThat(traffic.movedOverIdeal()).isCloseTo(1, within(1e-9));
  }

  @Test
  void refusesShapesThatAreNone() {
    assertRefused(() -> new MixShape(1, 0, 1, 1), "kernel mix: basisSize is 0, must be from 1 to");
    assertRefused(() -> new MixShape(-1, 1, 1, 1), "kernel mix: batch is -1, must be from 0 to");
    assertRefused(() -> new MixShape(1, 1, 0, 1), "kernel mix: channels is 0, must be from 1 to");
    assertRefused(
        () -> new MixShape(1, 1, 1, -1), "kernel mix: positions is -1, must be from 0 to");
    assertRefused(
        () -> new MixShape(1, 1, 1 << 16, 1 << 15),
        "kernel mix: positions is 32768, must be from 0 to 32767");
    assertRefused(
        () -> new MixShape(Long.MAX_VALUE / 8, 3, 1, 1),
        "kernel mix: batch is 1152921504606846975");
    assertRefused(
        () -> new PooledMixShape(1, 1, 1, 0, 1), "kernel mix: height is 0, must be from 1 to");
    assertRefused(
        () -> new PooledMixShape(1, 1, 1, 1, 0), "kernel mix: width is 0, must be from 1 to");
    assertRefused(
        () -> new PooledMixShape(1, 1, 1, 1 << 16, 1 << 15),
        "kernel mix: width is 32768, must be from 1 to 32767");
    assertRefused(
        () -> new PooledMixShape(1, 1, 3, 1 << 15, 1 << 15),
        "kernel mix: positions is 1073741824, must be from 0 to");
  }

  @Test
  void refusesAddressesBeforeAnythingIsLaunched() {
    BasisMix mix = new BasisMix(kernels);
    MixShape shape = new MixShape(2, 3, 4, 5);
    PooledMixShape image = new PooledMixShape(2, 3, 4, 4, 4);
    Stream stream = Stream.DEFAULT;
    Epilogue none = Epilogue.NONE;
    Bias bias = Bias.ofBasisPoints(256);
    assertRefused(
        () -> Bias.ofBasisPoints(0),
        "kernel mix: bias is a null address, expected device memory, or Bias.NONE for no bias");
    assertRefused(() -> Bias.ofExamples(0), "kernel mix: bias is a null address");
    assertRefused(
        () -> mix.reduce(shape, F32, none, 0, 256, bias, 256, stream),
        "kernel mix_reduce_f32_x4_n3: a is a null address, expected device memory");
    assertRefused(
        () -> mix.reduce(shape, F32, none, 256, 0, bias, 256, stream),
        "kernel mix_reduce_f32_x4_n3: y is a null address, expected device memory");
    assertRefused(
        () -> mix.reduce(shape, F32, none, 256, 256, Bias.ofExamples(258), 256, stream),
        "kernel mix_reduce_f32_x4_n3: bias is at address 0x102, which is no multiple of 4 bytes");
    assertRefused(
        () -> mix.reduce(shape, Storage.BFLOAT16, none, 256, 256, Bias.NONE, 257, stream),
        "kernel mix_reduce_bf16_x1_n3: z is at address 0x101, which is no multiple of 2 bytes");
    assertRefused(
        () -> mix.expand(shape, F32, 256, 0, 0, 256, stream),
        "kernel mix_expand_f32_x4: d is a null address, expected device memory");
    assertRefused(
        () -> mix.expand(shape, F32, 256, 256, 0, 0, stream),
        "kernel mix_expand_f32_x4: e is a null address, expected device memory");
    assertRefused(
        () -> mix.expand(shape, F32, 256, 256, 2, 256, stream),
        "kernel mix_expand_f32_x1: z is at address 0x2, which is no multiple of 4 bytes");
    assertRefused(
        () -> mix.reducePool(image, F32, none, 256, 256, Bias.NONE, 256, 0, stream),
        "kernel mix_reduce_pool_f32_x2_n3: argmax is a null address, expected device memory");
    assertRefused(
        () -> mix.reducePool(image, F32, none, 256, 256, Bias.NONE, 0, 256, stream),
        "kernel mix_reduce_pool_f32_x2_n3: pooled is a null address, expected device memory");
    assertRefused(
        () -> mix.expandPool(image, F32, 256, 256, 0, 0, 256, stream),
        "kernel mix_expand_pool_f32_x4: argmax is a null address, expected device memory");
    assertRefused(
        () -> mix.expandPool(image, F32, 256, 256, 256, 0, 258, stream),
        "kernel mix_expand_pool_f32_x1: e is at address 0x102, which is no multiple of 4 bytes");
    assertRefused(
        () -> mix.coefficientGradient(shape, F32, 256, 0, 256, Bias.NONE, 0, 0, stream),
        "kernel mix_sum_splits: da is a null address, expected device memory");
    assertRefused(
        () ->
            mix.coefficientGradient(
                new MixShape(1, 3, 1, 5000), F32, 256, 0, 256, Bias.NONE, 256, 0, stream),
        "kernel mix_coefficient_gradient_f32_x4: workspace is a null address, expected device");
    assertThat(driver.takeLaunches()).isEmpty();
  }
}
