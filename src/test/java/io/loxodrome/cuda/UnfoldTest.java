package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class UnfoldTest extends SparseKernelTest {
  static List<Unfold.Shape> shapes() {
    return List.of(
        new Unfold.Shape(2, 3, 28, 28, 3, 1, 1),
        new Unfold.Shape(3, 2, 7, 7, 3, 1, 1),
        new Unfold.Shape(2, 2, 9, 11, 3, 2, 1),
        new Unfold.Shape(2, 1, 12, 8, 3, 3, 2),
        new Unfold.Shape(1, 2, 10, 9, 3, 5, 0),
        new Unfold.Shape(2, 5, 8, 8, 1, 1, 0),
        new Unfold.Shape(2, 5, 9, 8, 1, 2, 0),
        new Unfold.Shape(3, 2, 8, 8, 2, 2, 0),
        new Unfold.Shape(3, 2, 9, 9, 2, 2, 1),
        new Unfold.Shape(2, 2, 6, 10, 5, 1, 2),
        new Unfold.Shape(2, 2, 6, 10, 5, 2, 4),
        new Unfold.Shape(1, 3, 16, 15, 7, 2, 3),
        new Unfold.Shape(2, 1, 5, 5, 5, 1, 0),
        new Unfold.Shape(2, 1, 4, 4, 4, 7, 3),
        new Unfold.Shape(2, 3, 1, 1, 1, 1, 0),
        new Unfold.Shape(2, 3, 1, 1, 3, 1, 1),
        new Unfold.Shape(1, 3, 1, 4, 3, 1, 1),
        new Unfold.Shape(300, 7, 2, 2, 3, 1, 1),
        new Unfold.Shape(40, 7, 3, 5, 2, 1, 1),
        new Unfold.Shape(1, 1, 1, 127, 3, 1, 1),
        new Unfold.Shape(1, 1, 129, 1, 3, 1, 1),
        new Unfold.Shape(1, 1, 40, 25, 4, 1, 2),
        new Unfold.Shape(1, 1, 70, 64, 3, 1, 1),
        new Unfold.Shape(1, 2, 33, 41, 3, 1, 1));
  }

  private static int imageLength(Unfold.Shape s) {
    return (int) s.batch() * s.channels() * s.height() * s.width();
  }

  private static int columnsLength(Unfold.Shape s) {
    return (int) s.batch() * s.channels() * s.kernel() * s.kernel() * s.rows() * s.columns();
  }

  /** What one element of columns is a copy of. */
  private interface Pair {
    void link(int column, int pixel);
  }

  /** Calls back for every element of columns that is inside an image. */
  private static void forEach(Unfold.Shape s, Pair pair) {
    int column = 0;
    for (int plane = 0; plane < s.batch() * s.channels(); plane++) {
      for (int kh = 0; kh < s.kernel(); kh++) {
        for (int kw = 0; kw < s.kernel(); kw++) {
          for (int oh = 0; oh < s.rows(); oh++) {
            for (int ow = 0; ow < s.columns(); ow++) {
              int h = oh * s.stride() - s.padding() + kh;
              int w = ow * s.stride() - s.padding() + kw;
              if (h >= 0 && h < s.height() && w >= 0 && w < s.width()) {
                pair.link(column, (plane * s.height() + h) * s.width() + w);
              }
              column++;
            }
          }
        }
      }
    }
  }

  private static double[] unfolded(Unfold.Shape shape, double[] x) {
    double[] columns = new double[columnsLength(shape)];
    forEach(shape, (column, pixel) -> columns[column] = x[pixel]);
    return columns;
  }

  private static double[] folded(Unfold.Shape shape, double[] columns) {
    double[] dx = new double[imageLength(shape)];
    forEach(shape, (column, pixel) -> dx[pixel] += columns[column]);
    return dx;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void copiesEveryWindow(Unfold.Shape shape) {
    double[] x = draw.normals(imageLength(shape));
    double[] expected = unfolded(shape, x);
    for (int elementsOff : new int[] {0, 1}) {
      DeviceArray source = input(Storage.FLOAT32, x, elementsOff);
      DeviceArray columns = output(Storage.FLOAT32, expected.length, elementsOff);
      new Unfold(kernels).im2col(shape, source.address(), columns.address(), Stream.DEFAULT);
      assertThat(Numbers.values(Storage.FLOAT32, columns.read())).isEqualTo(expected);
      verify(shape.toString(), new Output(columns, Storage.FLOAT32, expected, 1));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void addsUpWhatEachPixelWasCopiedTo(Unfold.Shape shape) {
    double[] columns = draw.normals(columnsLength(shape));
    double[] expected = folded(shape, columns);
    for (int elementsOff : new int[] {0, 1}) {
      DeviceArray source = input(Storage.FLOAT32, columns, 1 - elementsOff);
      DeviceArray dx = output(Storage.FLOAT32, expected.length, elementsOff);
      new Unfold(kernels).col2im(shape, source.address(), dx.address(), Stream.DEFAULT);
      int terms = shape.kernel() * shape.kernel();
      verify(shape.toString(), new Output(dx, Storage.FLOAT32, expected, terms));
    }
  }

  /** (im2col x, y) = (x, col2im y), to the last bit with whole numbers. */
  @ParameterizedTest
  @MethodSource("shapes")
  void foldingIsTheTransposeOfUnfolding(Unfold.Shape shape) {
    double[] x = draw.smallIntegers(imageLength(shape));
    double[] y = draw.smallIntegers(columnsLength(shape));
    DeviceArray columns = output(Storage.FLOAT32, y.length);
    DeviceArray dx = output(Storage.FLOAT32, x.length);
    Unfold unfold = new Unfold(kernels);
    unfold.im2col(shape, input(Storage.FLOAT32, x).address(), columns.address(), Stream.DEFAULT);
    unfold.col2im(shape, input(Storage.FLOAT32, y).address(), dx.address(), Stream.DEFAULT);
    assertThat(dot(Numbers.values(Storage.FLOAT32, columns.read()), y))
        .as("%s", draw)
        .isEqualTo(dot(x, Numbers.values(Storage.FLOAT32, dx.read())));
  }

  /** Or less than once: col2im does not look at windows' pixels that are padding. */
  @Test
  void movesEachSectorOnce() {
    for (Unfold.Shape shape :
        new Unfold.Shape[] {
          new Unfold.Shape(4, 8, 16, 16, 3, 1, 1),
          new Unfold.Shape(4, 16, 16, 16, 2, 2, 0),
          new Unfold.Shape(2, 8, 16, 16, 5, 1, 2)
        }) {
      Traffic[] traffic = both(shape, 0);
      assertThat(traffic[0].movedOverIdeal()).isLessThanOrEqualTo(1);
      assertThat(traffic[1].movedOverIdeal()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void movesLittleMoreForOddSizes() {
    for (Unfold.Shape shape :
        new Unfold.Shape[] {
          new Unfold.Shape(16, 33, 7, 7, 3, 1, 1),
          new Unfold.Shape(3, 11, 15, 13, 3, 1, 1),
          new Unfold.Shape(3, 11, 15, 15, 5, 1, 2)
        }) {
      Traffic[] traffic = both(shape, 1);
      assertThat(traffic[0].movedOverIdeal()).isLessThan(1.1);
      assertThat(traffic[1].movedOverIdeal()).isLessThan(1.1);
    }
  }

  /** The traffic of im2col and of col2im. */
  private Traffic[] both(Unfold.Shape shape, int elementsOff) {
    double[] x = draw.normals(imageLength(shape));
    double[] y = draw.normals(columnsLength(shape));
    DeviceArray columns = output(Storage.FLOAT32, y.length, elementsOff);
    DeviceArray dx = output(Storage.FLOAT32, x.length, elementsOff);
    long xAddress = input(Storage.FLOAT32, x, elementsOff).address();
    long yAddress = input(Storage.FLOAT32, y, elementsOff).address();
    long ideal = 4L * (x.length + y.length);
    int terms = shape.kernel() * shape.kernel();
    Unfold unfold = new Unfold(kernels);
    unfold.im2col(shape, xAddress, columns.address(), Stream.DEFAULT);
    Output unfolded = new Output(columns, Storage.FLOAT32, unfolded(shape, x), 1);
    Traffic forward = measure(shape.toString(), y.length, ideal, unfolded);
    unfold.col2im(shape, yAddress, dx.address(), Stream.DEFAULT);
    Output folded = new Output(dx, Storage.FLOAT32, folded(shape, y), terms);
    Traffic backward = measure(shape.toString(), y.length, ideal, folded);
    return new Traffic[] {forward, backward};
  }

  /** The last plane of columns, or of x, lies past 2^31 elements. */
  @ParameterizedTest
  @CsvSource({"3, 5, 1", "3, 4, 1", "2, 6, 1", "2, 5, 1", "2, 12, 11", "2, 13, 11"})
  void reachesPastTwoToThe31(int kernel, int side, int stride) {
    useMultiprocessors(1 << 14);
    long planes = 16L << 20;
    Unfold.Shape shape = new Unfold.Shape(1L << 20, 16, side, side, kernel, stride, 1);
    Unfold.Shape one = new Unfold.Shape(1, 1, side, side, kernel, stride, 1);
    long xBefore = (planes - 1) * imageLength(one);
    long columnsBefore = (planes - 1) * columnsLength(one);
    assertThat(Math.max(xBefore, columnsBefore)).isGreaterThan(1L << 31);
    long x = driver.allocateSparse(4 * (xBefore + imageLength(one)), word -> bits(word - xBefore));
    long columns =
        driver.allocateSparse(
            4 * (columnsBefore + columnsLength(one)), word -> bits(word - columnsBefore));
    Unfold unfold = new Unfold(kernels);
    onlyBlock(grid -> grid.blocksX() - 1, () -> unfold.im2col(shape, x, columns, Stream.DEFAULT));
    double[] unfolded = unfolded(one, count(imageLength(one)));
    assertThat(readFloats(columns + 4 * columnsBefore, unfolded.length)).isEqualTo(unfolded);
    onlyBlock(grid -> grid.blocksX() - 1, () -> unfold.col2im(shape, columns, x, Stream.DEFAULT));
    double[] folded = folded(one, unfolded);
    assertThat(readFloats(x + 4 * xBefore, folded.length)).isEqualTo(folded);
    driver.free(x);
    driver.free(columns);
  }

  /** 0, 1, 2, ... */
  private static double[] count(int length) {
    double[] values = new double[length];
    Arrays.setAll(values, i -> i);
    return values;
  }

  @Test
  void doesNothingForAnEmptyBatch() {
    Unfold.Shape empty = new Unfold.Shape(0, 3, 4, 4, 3, 1, 1);
    new Unfold(kernels).im2col(empty, 256, 512, Stream.DEFAULT);
    new Unfold(kernels).col2im(empty, 256, 512, Stream.DEFAULT);
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesShapesThatDoNotFit() {
    assertRefused(() -> new Unfold.Shape(-1, 1, 4, 4, 3, 1, 1), "batch is -1, must be from 0 to ");
    assertRefused(() -> new Unfold.Shape(1, 0, 4, 4, 3, 1, 1), "channels is 0, must be from 1 to");
    assertRefused(() -> new Unfold.Shape(1, 1, 0, 4, 3, 1, 1), "height is 0, must be from 1 to");
    assertRefused(() -> new Unfold.Shape(1, 1, 4, 0, 3, 1, 1), "width is 0, must be from 1 to");
    assertRefused(() -> new Unfold.Shape(1, 1, 4, 4, 0, 1, 0), "kernel is 0, must be from 1 to");
    assertRefused(() -> new Unfold.Shape(1, 1, 4, 4, 3, 0, 1), "stride is 0, must be from 1 to");
    assertRefused(() -> new Unfold.Shape(1, 1, 4, 4, 3, 1, 3), "padding is 3, must be from 0 to 2");
    assertRefused(() -> new Unfold.Shape(1, 1, 4, 4, 3, 1, -1), "padding is -1, must be from 0");
    assertRefused(
        () -> new Unfold.Shape(1, 1, 2, 4, 5, 1, 1), "height with padding is 4, must be from 5");
    assertRefused(
        () -> new Unfold.Shape(1, 1, 4, 2, 5, 1, 1), "width with padding is 4, must be from 5");
    assertRefused(
        () -> new Unfold.Shape(1, 1, 32768, 32768, 2, 1, 1),
        "positions is 1073807361, must be from 1 to 1073741824");
    assertRefused(
        () -> new Unfold.Shape(1L << 60, 1, 4, 4, 3, 1, 1), "batch is 1152921504606846976, must");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesNullAndMisalignedAddresses() {
    Unfold unfold = new Unfold(kernels);
    Unfold.Shape shape = new Unfold.Shape(1, 1, 4, 4, 3, 1, 1);
    assertRefused(() -> unfold.im2col(shape, 0, 256, Stream.DEFAULT), "x is a null address");
    assertRefused(() -> unfold.im2col(shape, 256, 0, Stream.DEFAULT), "columns is a null address");
    assertRefused(
        () -> unfold.im2col(shape, 257, 256, Stream.DEFAULT), "x is at address 0x101, which");
    assertRefused(
        () -> unfold.im2col(shape, 256, 258, Stream.DEFAULT), "columns is at address 0x102");
    assertRefused(() -> unfold.col2im(shape, 0, 256, Stream.DEFAULT), "columns is a null address");
    assertRefused(() -> unfold.col2im(shape, 256, 0, Stream.DEFAULT), "dx is a null address");
    assertRefused(
        () -> unfold.col2im(shape, 258, 256, Stream.DEFAULT), "columns is at address 0x102");
    assertRefused(
        () -> unfold.col2im(shape, 256, 255, Stream.DEFAULT), "dx is at address 0xff, which");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertRefusedBy("", call, message);
  }
}
