package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.Pooling;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WindowPoolingTest extends SparseKernelTest {
  private static final Storage F32 = Storage.FLOAT32;
  private static final double NAN = Double.NaN;

  static List<WindowPooling.Shape> shapes() {
    return List.of(
        new WindowPooling.Shape(3, 2, 2, 2),
        new WindowPooling.Shape(5, 5, 6, 2),
        new WindowPooling.Shape(5, 6, 5, 2),
        new WindowPooling.Shape(4, 7, 7, 2),
        new WindowPooling.Shape(7, 28, 28, 2),
        new WindowPooling.Shape(2, 33, 64, 2),
        new WindowPooling.Shape(1, 70, 64, 2),
        new WindowPooling.Shape(300, 2, 3, 2),
        new WindowPooling.Shape(900, 4, 4, 2),
        new WindowPooling.Shape(3, 3, 3, 3),
        new WindowPooling.Shape(2, 11, 9, 3),
        new WindowPooling.Shape(1, 60, 61, 3),
        new WindowPooling.Shape(200, 4, 5, 3),
        new WindowPooling.Shape(3, 4, 5, 1),
        new WindowPooling.Shape(3, 4, 4, 4),
        new WindowPooling.Shape(2, 9, 14, 4),
        new WindowPooling.Shape(2, 15, 11, 5),
        new WindowPooling.Shape(50, 7, 7, 7),
        new WindowPooling.Shape(50, 8, 9, 8),
        new WindowPooling.Shape(2, 40, 33, 13),
        new WindowPooling.Shape(1, 70, 90, 33));
  }

  private static int count(WindowPooling.Shape s) {
    return (int) s.planes() * s.height() * s.width();
  }

  private static int pooledCount(WindowPooling.Shape s) {
    return (int) s.planes() * (s.height() / s.window()) * (s.width() / s.window());
  }

  /** What the reference device makes of a plane for each example. */
  private static final class Reference {
    final double[] pooled;
    final double[] inputGradient;

    Reference(Pooling.Kind kind, WindowPooling.Shape shape, double[] x, double[] gradient) {
      Pooling layer = new Pooling(kind, 1, shape.height(), shape.width(), shape.window());
      int planes = (int) shape.planes();
      try (Device reference = Device.open("reference:float64");
          Tensor input = reference.allocate(layer.inputShape(planes)).write(x);
          Tensor output = reference.allocate(layer.outputShape(planes));
          Tensor dy = reference.allocate(layer.outputShape(planes)).write(gradient);
          Tensor dx = reference.allocate(layer.inputShape(planes))) {
        reference.operators().pooling().forward(layer, input, output);
        reference.operators().pooling().backward(layer, input, dy, dx);
        pooled = output.toDoubles();
        inputGradient = dx.toDoubles();
      }
    }
  }

  private WindowPooling pooling() {
    return new WindowPooling(kernels);
  }

  private static double[] values(DeviceArray array) {
    return Numbers.values(F32, array.read());
  }

  /** Whole numbers, with ties in most windows. */
  @ParameterizedTest
  @MethodSource("shapes")
  void takesTheMaximumAndSendsItsGradientToTheFirst(WindowPooling.Shape shape) {
    useMultiprocessors(2);
    double[] numbers = draw.smallIntegers(count(shape));
    double[] gradient = draw.normals(pooledCount(shape));
    Reference reference = new Reference(Pooling.Kind.MAX, shape, numbers, gradient);
    for (int off = 0; off < 2; off++) {
      long x = input(F32, numbers, off).address();
      long dy = input(F32, gradient, off).address();
      DeviceArray y = output(F32, gradient.length, off);
      DeviceArray dx = output(F32, numbers.length, off);
      pooling().maximum(shape, x, y.address(), Stream.DEFAULT);
      pooling().maximumBackward(shape, x, dy, dx.address(), Stream.DEFAULT);
      verify(
          shape.toString(),
          new Output(y, F32, reference.pooled, 1),
          new Output(dx, F32, reference.inputGradient, 1));
      assertThat(values(dx)).as("%s", draw).isEqualTo(reference.inputGradient);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void takesTheMeanAndSharesItsGradientOut(WindowPooling.Shape shape) {
    useMultiprocessors(2);
    double[] numbers = draw.normals(count(shape));
    double[] gradient = draw.normals(pooledCount(shape));
    Reference reference = new Reference(Pooling.Kind.AVERAGE, shape, numbers, gradient);
    int terms = shape.window() * shape.window();
    for (int off = 0; off < 2; off++) {
      long x = input(F32, numbers, off).address();
      long dy = input(F32, gradient, off).address();
      DeviceArray y = output(F32, gradient.length, off);
      DeviceArray dx = output(F32, numbers.length, off);
      pooling().average(shape, x, y.address(), Stream.DEFAULT);
      pooling().averageBackward(shape, dy, dx.address(), Stream.DEFAULT);
      verify(
          shape.toString(),
          new Output(y, F32, reference.pooled, terms),
          new Output(dx, F32, reference.inputGradient, 1));
    }
  }

  /** Windows with NaN, infinities, both zeros and ties. */
  @ParameterizedTest
  @MethodSource("shapes")
  void nanAndInfinitiesGoWhereTheReferenceSendsThem(WindowPooling.Shape shape) {
    double[] numbers = draw.smallIntegers(count(shape));
    double[] odd = {NAN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, -0.0};
    int every = Math.max(3, shape.window() * shape.window() / 2);
    for (int place : draw.indices(numbers.length / every + 1, numbers.length)) {
      numbers[place] = odd[draw.indices(1, odd.length)[0]];
    }
    assertAsReference(shape, numbers);
    double[] lowest = new double[numbers.length];
    Arrays.fill(lowest, Double.NEGATIVE_INFINITY);
    for (int place : draw.indices(numbers.length / every + 1, numbers.length)) {
      lowest[place] = NAN;
    }
    assertAsReference(shape, lowest);
  }

  private void assertAsReference(WindowPooling.Shape shape, double[] numbers) {
    double[] gradient = draw.normals(pooledCount(shape));
    Reference reference = new Reference(Pooling.Kind.MAX, shape, numbers, gradient);
    long x = input(F32, numbers).address();
    long dy = input(F32, gradient).address();
    DeviceArray y = output(F32, gradient.length);
    DeviceArray dx = output(F32, numbers.length);
    pooling().maximum(shape, x, y.address(), Stream.DEFAULT);
    pooling().maximumBackward(shape, x, dy, dx.address(), Stream.DEFAULT);
    assertThat(values(y)).as("%s", draw).isEqualTo(reference.pooled);
    assertThat(values(dx)).as("%s", draw).isEqualTo(reference.inputGradient);
  }

  @ParameterizedTest
  @CsvSource({"8, 32, 32, 2", "16, 33, 33, 3", "64, 8, 8, 8"})
  void movesLittleMoreThanItMust(int planes, int height, int width, int window) {
    WindowPooling.Shape shape = new WindowPooling.Shape(planes, height, width, window);
    double[] numbers = draw.normals(count(shape));
    double[] gradient = draw.normals(pooledCount(shape));
    Reference largest = new Reference(Pooling.Kind.MAX, shape, numbers, gradient);
    Reference mean = new Reference(Pooling.Kind.AVERAGE, shape, numbers, gradient);
    long x = input(F32, numbers).address();
    long dy = input(F32, gradient).address();
    DeviceArray y = output(F32, gradient.length);
    DeviceArray dx = output(F32, numbers.length);
    String name = shape.toString();
    int elements = numbers.length;
    long forward = 4L * (elements + gradient.length);
    pooling().maximum(shape, x, y.address(), Stream.DEFAULT);
    assertLittle(measure(name, elements, forward, new Output(y, F32, largest.pooled, 1)));
    pooling().average(shape, x, y.address(), Stream.DEFAULT);
    Output average = new Output(y, F32, mean.pooled, window * window);
    assertLittle(measure(name, elements, forward, average));
    pooling().maximumBackward(shape, x, dy, dx.address(), Stream.DEFAULT);
    Output sent = new Output(dx, F32, largest.inputGradient, 1);
    assertLittle(measure(name, elements, forward + 4L * elements, sent));
    pooling().averageBackward(shape, dy, dx.address(), Stream.DEFAULT);
    Output shared = new Output(dx, F32, mean.inputGradient, 1);
    assertLittle(measure(name, elements, forward, shared));
  }

  private static void assertLittle(Traffic traffic) {
    assertThat(traffic.movedOverIdeal()).isLessThan(1.1);
  }

  @Test
  void pairsMoveEachSectorOnce() {
    WindowPooling.Shape shape = new WindowPooling.Shape(4, 32, 32, 2);
    double[] numbers = draw.normals(count(shape));
    double[] gradient = draw.normals(pooledCount(shape));
    Reference reference = new Reference(Pooling.Kind.MAX, shape, numbers, gradient);
    long x = input(F32, numbers).address();
    DeviceArray dx = output(F32, numbers.length);
    long dy = input(F32, gradient).address();
    pooling().maximumBackward(shape, x, dy, dx.address(), Stream.DEFAULT);
    Output sent = new Output(dx, F32, reference.inputGradient, 1);
    Traffic traffic = measure(shape.toString(), numbers.length, 9L * numbers.length, sent);
    assertThat(traffic.movedOverIdeal()).isEqualTo(1);
    assertThat(traffic.sectorsOverFewest()).isEqualTo(1);
  }

  @Test
  void takesPairsWhereverTheyFit() {
    long x = input(F32, draw.normals(40)).address();
    long y = output(F32, 40).address();
    WindowPooling.Shape even = new WindowPooling.Shape(1, 4, 6, 2);
    pooling().maximum(even, x + 8, y + 4, Stream.DEFAULT);
    pooling().maximum(even, x + 4, y, Stream.DEFAULT);
    pooling().maximum(new WindowPooling.Shape(1, 4, 5, 2), x, y, Stream.DEFAULT);
    pooling().averageBackward(even, x, y + 4, Stream.DEFAULT);
    pooling().average(new WindowPooling.Shape(1, 4, 6, 3), x, y, Stream.DEFAULT);
    pooling().average(new WindowPooling.Shape(1, 4, 6, 4), x, y, Stream.DEFAULT);
    assertThat(driver.takeLaunches())
        .extracting("kernel")
        .containsExactly(
            "pooling_maximum_k2_x2",
            "pooling_maximum_k2",
            "pooling_maximum_k2",
            "pooling_average_backward_k2",
            "pooling_average_k3",
            "pooling_average_any");
  }

  /** The last plane of x, and with windows of 1 that of y, lies past 2^31 elements. */
  @ParameterizedTest
  @CsvSource({"2, 12", "2, 13", "3, 12", "4, 12", "1, 12"})
  void reachesPastTwoToThe31(int window, int side) {
    useMultiprocessors(1 << 14);
    WindowPooling.Shape shape = new WindowPooling.Shape(16L << 20, side, side, window);
    WindowPooling.Shape one = new WindowPooling.Shape(1, side, side, window);
    int size = count(one);
    int pooledSize = pooledCount(one);
    long before = (shape.planes() - 1) * size;
    long pooledBefore = (shape.planes() - 1) * pooledSize;
    assertThat(before).isGreaterThan(1L << 31);
    long x = driver.allocateSparse(4 * (before + size), word -> bits(word - before));
    long dx = driver.allocateSparse(4 * (before + size), word -> bits(-1));
    long y = driver.allocateSparse(4 * (pooledBefore + pooledSize), word -> bits(word % 4));
    double[] numbers = readFloats(x + 4 * before, size);
    double[] gradient = readFloats(y + 4 * pooledBefore, pooledSize);
    Reference reference = new Reference(Pooling.Kind.MAX, one, numbers, gradient);
    onlyBlock(
        grid -> grid.blocksX() - 1,
        () -> pooling().maximumBackward(shape, x, y, dx, Stream.DEFAULT));
    assertThat(readFloats(dx + 4 * before, size)).isEqualTo(reference.inputGradient);
    onlyBlock(grid -> grid.blocksX() - 1, () -> pooling().maximum(shape, x, y, Stream.DEFAULT));
    assertThat(readFloats(y + 4 * pooledBefore, pooledSize)).isEqualTo(reference.pooled);
    for (long address : new long[] {x, dx, y}) {
      driver.free(address);
    }
  }

  @Test
  void doesNothingWithoutPlanes() {
    WindowPooling.Shape none = new WindowPooling.Shape(0, 4, 4, 2);
    pooling().maximum(none, 256, 512, Stream.DEFAULT);
    pooling().maximumBackward(none, 256, 512, 768, Stream.DEFAULT);
    pooling().average(none, 256, 512, Stream.DEFAULT);
    pooling().averageBackward(none, 256, 512, Stream.DEFAULT);
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesShapesThatDoNotFit() {
    assertRefused(() -> new WindowPooling.Shape(-1, 4, 4, 2), "planes is -1, must be from 0 to ");
    assertRefused(
        () -> new WindowPooling.Shape(1L << 58, 4, 4, 2),
        "planes is 288230376151711744, must be from 0 to 144115188075855871");
    assertRefused(() -> new WindowPooling.Shape(1, 0, 4, 2), "height is 0, must be from 1 to");
    assertRefused(
        () -> new WindowPooling.Shape(1, 4, 32769, 2), "width is 32769, must be from 1 to 32768");
    assertRefused(() -> new WindowPooling.Shape(1, 4, 4, 0), "window is 0, must be from 1 to 4");
    assertRefused(() -> new WindowPooling.Shape(1, 4, 5, 5), "window is 5, must be from 1 to 4");
  }

  @Test
  void refusesNullAndMisalignedAddresses() {
    WindowPooling pooling = pooling();
    WindowPooling.Shape s = new WindowPooling.Shape(1, 4, 4, 2);
    Stream stream = Stream.DEFAULT;
    assertRefused(() -> pooling.maximum(s, 0, 256, stream), "x is a null address");
    assertRefused(() -> pooling.maximum(s, 256, 0, stream), "y is a null address");
    assertRefused(() -> pooling.maximum(s, 258, 256, stream), "x is at address 0x102, which");
    assertRefused(() -> pooling.maximumBackward(s, 0, 256, 512, stream), "x is a null address");
    assertRefused(() -> pooling.maximumBackward(s, 256, 0, 512, stream), "dy is a null address");
    assertRefused(() -> pooling.maximumBackward(s, 256, 512, 0, stream), "dx is a null address");
    assertRefused(() -> pooling.average(s, 0, 256, stream), "x is a null address");
    assertRefused(() -> pooling.average(s, 256, 259, stream), "y is at address 0x103, which");
    assertRefused(() -> pooling.averageBackward(s, 0, 256, stream), "dy is a null address");
    assertRefused(() -> pooling.averageBackward(s, 256, 0, stream), "dx is a null address");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertRefusedBy("pooling", call, message);
  }
}
