package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ElementwiseTest extends SparseKernelTest {
  private static final Storage F32 = Storage.FLOAT32;
  private static final double NAN = Double.NaN;

  /** Whole tiles of a thread, of a block and of all blocks of a small device, and neighbours. */
  static List<Integer> counts() {
    return List.of(0, 1, 3, 4, 5, 15, 16, 17, 127, 128, 129, 1000, 4095, 4096, 4097, 70_001);
  }

  private static double[] each(int count, IntToDoubleFunction number) {
    double[] numbers = new double[count];
    Arrays.setAll(numbers, number);
    return numbers;
  }

  private Elementwise elementwise() {
    return new Elementwise(kernels);
  }

  private double[] values(DeviceArray array) {
    return Numbers.values(F32, array.read());
  }

  @ParameterizedTest
  @MethodSource("counts")
  void fillsEveryNumber(int count) {
    useMultiprocessors(2);
    for (int off = 0; off < 2; off++) {
      DeviceArray x = output(F32, count, off);
      elementwise().fill(x.address(), count, -2.5, Stream.DEFAULT);
      verify(count + " numbers", new Output(x, F32, each(count, j -> -2.5), 1));
    }
  }

  @ParameterizedTest
  @MethodSource("counts")
  void addsAMultiple(int count) {
    useMultiprocessors(2);
    double[] x = draw.normals(count);
    double[] before = draw.normals(count);
    double[] expected = each(count, j -> before[j] - 0.375 * x[j]);
    for (int off = 0; off < 3; off++) { // with 1, only one of them is out of step
      DeviceArray y = input(F32, before, off / 2);
      DeviceArray added = input(F32, x, (off + 1) / 2);
      elementwise().addScaled(y.address(), -0.375, added.address(), count, Stream.DEFAULT);
      verify(count + " numbers", new Output(y, F32, expected, 2));
    }
  }

  @ParameterizedTest
  @MethodSource("counts")
  void reluKeepsWhatIsPositive(int count) {
    useMultiprocessors(2);
    double[] numbers = draw.normals(count);
    double[] expected = each(count, j -> Math.max(0, numbers[j]));
    for (int off = 0; off < 2; off++) {
      DeviceArray x = input(F32, numbers, off);
      DeviceArray y = output(F32, count, off);
      elementwise().relu(x.address(), y.address(), count, Stream.DEFAULT);
      elementwise().relu(x.address(), x.address(), count, Stream.DEFAULT);
      verify(count + " numbers", new Output(y, F32, expected, 1), new Output(x, F32, expected, 1));
    }
  }

  @ParameterizedTest
  @MethodSource("counts")
  void reluSendsBackWhatItLetThrough(int count) {
    useMultiprocessors(2);
    double[] numbers = draw.normals(count);
    double[] y = each(count, j -> Math.max(0, numbers[j]));
    double[] gradient = draw.normals(count);
    double[] expected = each(count, j -> y[j] > 0 ? gradient[j] : 0);
    for (int off = 0; off < 2; off++) {
      long outputs = input(F32, y, off).address();
      DeviceArray dy = input(F32, gradient, off);
      DeviceArray dx = output(F32, count, off);
      Elementwise elementwise = elementwise();
      elementwise.reluBackward(outputs, dy.address(), dx.address(), count, Stream.DEFAULT);
      elementwise.reluBackward(outputs, dy.address(), dy.address(), count, Stream.DEFAULT);
      verify(
          count + " numbers", new Output(dx, F32, expected, 1), new Output(dy, F32, expected, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aNanGoesThroughReluAndStopsItsGradient(int off) {
    double[] numbers = {1, NAN, -1, -0.0, NAN, 2, Double.NEGATIVE_INFINITY};
    double[] gradient = {1, 2, 3, 4, NAN, NAN, NAN};
    DeviceArray x = input(F32, numbers, off);
    DeviceArray d = input(F32, gradient, off);
    elementwise().relu(x.address(), x.address(), 7, Stream.DEFAULT);
    assertThat(values(x)).containsExactly(1, NAN, 0, 0, NAN, 2, 0);
    elementwise().reluBackward(x.address(), d.address(), d.address(), 7, Stream.DEFAULT);
    assertThat(values(d)).containsExactly(1, 0, 0, 0, 0, NAN, 0);
  }

  private static double[] swapped(double[] source, int first, int second, int length) {
    double[] target = new double[source.length];
    for (int s = 0; s < first; s++) {
      for (int t = 0; t < second; t++) {
        System.arraycopy(
            source, (s * second + t) * length, target, (t * first + s) * length, length);
      }
    }
    return target;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 7, 5",
    "7, 1, 5",
    "2, 3, 4",
    "3, 2, 1",
    "16, 8, 9",
    "5, 33, 27",
    "300, 40, 1",
    "9, 6, 8",
    "40, 7, 64",
    "3, 5, 288",
    "2, 3, 1000",
    "3, 2, 1023",
    "2, 2, 5000",
    "2, 2, 4099",
    "0, 3, 4",
    "3, 0, 4",
    "3, 4, 0"
  })
  void swapsTwoAxes(int first, int second, int length) {
    useMultiprocessors(2);
    double[] source = draw.normals((long) first * second * length);
    double[] expected = swapped(source, first, second, length);
    for (int off = 0; off < 2; off++) {
      DeviceArray target = output(F32, source.length, off);
      long from = input(F32, source, off).address();
      elementwise().swapAxes(from, target.address(), first, second, length, Stream.DEFAULT);
      verify("%d x %d x %d".formatted(first, second, length), new Output(target, F32, expected, 1));
    }
  }

  @Test
  void movesEachSectorOnce() {
    int count = 1 << 16;
    double[] numbers = draw.normals(count);
    DeviceArray x = input(F32, numbers);
    DeviceArray y = output(F32, count);
    String shape = count + " numbers";
    elementwise().fill(y.address(), count, 3, Stream.DEFAULT);
    assertIdeal(measure(shape, count, 4L * count, new Output(y, F32, each(count, j -> 3), 1)));
    elementwise().addScaled(y.address(), 0.5, x.address(), count, Stream.DEFAULT);
    Output sum = new Output(y, F32, each(count, j -> 3 + 0.5 * numbers[j]), 2);
    assertIdeal(measure(shape, count, 12L * count, sum));
    elementwise().relu(x.address(), y.address(), count, Stream.DEFAULT);
    double[] relu = each(count, j -> Math.max(0, numbers[j]));
    assertIdeal(measure(shape, count, 8L * count, new Output(y, F32, relu, 1)));
    DeviceArray dx = output(F32, count);
    elementwise().reluBackward(y.address(), x.address(), dx.address(), count, Stream.DEFAULT);
    assertIdeal(measure(shape, count, 12L * count, new Output(dx, F32, relu, 1)));
    elementwise().swapAxes(x.address(), dx.address(), 16, 64, count / 1024, Stream.DEFAULT);
    Output swap = new Output(dx, F32, swapped(numbers, 16, 64, count / 1024), 1);
    assertIdeal(measure("16 x 64 x " + count / 1024, count, 8L * count, swap));
  }

  private static void assertIdeal(Traffic traffic) {
    assertThat(traffic.movedOverIdeal()).isEqualTo(1);
    assertThat(traffic.sectorsOverFewest()).isEqualTo(1);
  }

  @Test
  void takesWideAccessesWhereverTheyFit() {
    DeviceArray a = input(F32, draw.normals(24));
    DeviceArray b = output(F32, 24);
    elementwise().relu(a.address(), b.address(), 23, Stream.DEFAULT);
    elementwise().relu(a.address() + 4, b.address(), 23, Stream.DEFAULT);
    elementwise().addScaled(a.address(), 1, b.address() + 8, 21, Stream.DEFAULT);
    elementwise().swapAxes(a.address(), b.address(), 2, 3, 4, Stream.DEFAULT);
    elementwise().swapAxes(a.address(), b.address(), 4, 2, 3, Stream.DEFAULT);
    assertThat(driver.takeLaunches())
        .extracting("kernel")
        .containsExactly(
            "elementwise_relu_x4",
            "elementwise_relu_x1",
            "elementwise_add_scaled_x1",
            "elementwise_swap_axes_x4",
            "elementwise_swap_axes_x1");
  }

  /** All of the last block's numbers, and the last three, lie past 2^31 elements. */
  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void reachesPastTwoToThe31(int bytesOff) {
    useMultiprocessors(1 << 20);
    long count = (1L << 31) + 1003;
    long x = bytesOff + driver.allocateSparse(bytesOff + 4 * count, word -> bits(2));
    long y = bytesOff + driver.allocateSparse(bytesOff + 4 * count, word -> bits(1));
    assertLast(y, 3, () -> elementwise().addScaled(y, 1, x, count, Stream.DEFAULT));
    assertLast(y, 2, () -> elementwise().relu(x, y, count, Stream.DEFAULT));
    assertLast(y, -5, () -> elementwise().fill(y, count, -5, Stream.DEFAULT));
    assertLast(y, 0, () -> elementwise().reluBackward(y, x, y, count, Stream.DEFAULT));
    driver.free(x - bytesOff);
    driver.free(y - bytesOff);
  }

  private void assertLast(long y, double expected, Runnable launch) {
    onlyBlock(grid -> grid.blocksX() - 1, launch);
    driver.onlyBlocks(block -> block == 0);
    launch.run();
    assertThat(readFloats(y + (4L << 31), 1003)).containsOnly(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 33})
  void swapsAxesPastTwoToThe31(int length) {
    useMultiprocessors(1 << 14);
    int first = 1 << 14;
    int second = (1 << 12) + 1;
    long before = ((long) first * second - 1) * length;
    long source = driver.allocateSparse(4 * (before + length), word -> bits(word - before));
    long target = driver.allocateSparse(4 * (before + length), word -> bits(-1));
    onlyBlock(
        grid -> grid.blocksX() - 1,
        () -> elementwise().swapAxes(source, target, first, second, length, Stream.DEFAULT));
    assertThat(readFloats(target + 4 * before, length)).isEqualTo(each(length, j -> j));
    driver.free(source);
    driver.free(target);
  }

  @Test
  void doesNothingWithoutNumbers() {
    elementwise().fill(256, 0, 1, Stream.DEFAULT);
    elementwise().addScaled(256, 1, 512, 0, Stream.DEFAULT);
    elementwise().relu(256, 512, 0, Stream.DEFAULT);
    elementwise().reluBackward(256, 512, 768, 0, Stream.DEFAULT);
    elementwise().swapAxes(256, 512, 0, 0, 0, Stream.DEFAULT);
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesBadAddressesSizesAndNumbers() {
    Elementwise e = elementwise();
    Stream stream = Stream.DEFAULT;
    assertRefused(() -> e.fill(0, 1, 1, stream), "x is a null address");
    assertRefused(() -> e.fill(258, 1, 1, stream), "x is at address 0x102, which is no multiple");
    assertRefused(() -> e.fill(256, -1, 1, stream), "count is -1, must be from 0 to ");
    assertRefused(() -> e.fill(256, 1, NAN, stream), "value is NaN, expected a number");
    assertRefused(() -> e.addScaled(0, 1, 256, 1, stream), "y is a null address");
    assertRefused(() -> e.addScaled(256, 1, 0, 1, stream), "x is a null address");
    assertRefused(() -> e.addScaled(256, 1e39, 256, 1, stream), "factor is 1.0E39, expected");
    assertRefused(() -> e.addScaled(256, 1, 512, -1, stream), "count is -1, must be from 0");
    assertRefused(() -> e.relu(0, 256, 1, stream), "x is a null address");
    assertRefused(() -> e.relu(256, 0, 1, stream), "y is a null address");
    assertRefused(() -> e.relu(256, 512, -1, stream), "count is -1, must be from 0 to ");
    assertRefused(() -> e.reluBackward(0, 256, 256, 1, stream), "y is a null address");
    assertRefused(() -> e.reluBackward(256, 0, 256, 1, stream), "dy is a null address");
    assertRefused(() -> e.reluBackward(256, 256, 257, 1, stream), "dx is at address 0x101");
    assertRefused(() -> e.reluBackward(256, 512, 512, -1, stream), "count is -1, must be from 0");
    assertRefused(() -> e.swapAxes(0, 256, 1, 1, 1, stream), "source is a null address");
    assertRefused(() -> e.swapAxes(256, 0, 1, 1, 1, stream), "target is a null address");
    assertRefused(() -> e.swapAxes(256, 512, -1, 1, 1, stream), "first is -1, must be from 0");
    assertRefused(() -> e.swapAxes(256, 512, 1, -1, 1, stream), "second is -1, must be from 0");
    assertRefused(
        () -> e.swapAxes(256, 512, 1, 1, (1L << 30) + 1, stream),
        "length is 1073741825, must be from 0 to 1073741824");
    assertRefused(
        () -> e.swapAxes(256, 512, Integer.MAX_VALUE, 8, 1L << 30, stream),
        "second is 8, must be from 0 to 1");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertRefusedBy("elementwise_", call, message);
  }
}
