package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.ops.NoiseSource;
import io.loxodrome.tensor.Philox;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTransformTest extends SparseKernelTest {
  /** Four neighbours' products. */
  private static final int TERMS = 4;

  /** What {@link ImageTransform.Noise} promises of each number. */
  private static final double NUMBER_BOUND = 5e-6;

  /** What a number may be off on top of that, by its own rounding. */
  private static final double ROUNDING = 1e-6;

  private static final class Normals {
    private final double[] mean;
    private final double[] deviation;

    Normals(double[] mean, double[] deviation) {
      this.mean = mean.clone();
      this.deviation = deviation.clone();
    }

    double of(int channel, int pixel) {
      return (pixel / 255.0 - mean[channel]) / deviation[channel];
    }

    double[] pairs() {
      return doubles(ImageTransform.normalization(mean, deviation));
    }
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private Normals normals(int channels) {
    return new Normals(draw.uniforms(channels, 0.2, 0.6), draw.uniforms(channels, 0.1, 0.4));
  }

  /** One launch's operands, on both sides. */
  private final class Case {
    final ImageTransform.Shape shape;
    final byte[] images;
    final int[] indices;
    final double[] turns;
    final double[] shrinks;
    final Normals normals;
    double[] amounts = {};
    long seed;
    long firstStream;
    int elementsOff;

    Case(int images, int batch, int channels, int height, int width) {
      shape = new ImageTransform.Shape(images, batch, channels, height, width);
      this.images = draw.bytes((long) images * channels * height * width);
      indices = draw.indices(batch, images);
      turns = draw.uniforms(batch, -2, 2);
      shrinks = new double[batch];
      Arrays.fill(shrinks, 1);
      normals = normals(channels);
    }

    Case noisy() {
      amounts = draw.uniforms(turns.length, 0, 1);
      seed = ((long) draw.indices(1, Integer.MAX_VALUE)[0] << 32) | draw.indices(1, 1 << 30)[0];
      firstStream = -1L - draw.indices(1, 2)[0];
      return this;
    }

    /** Between what is allowed at most, and as much smaller as larger. */
    Case scaled() {
      double[] powers = draw.uniforms(shrinks.length, -4, 4);
      Arrays.setAll(shrinks, i -> (float) Math.pow(2, powers[i]));
      return this;
    }

    int length() {
      return shape.channels() * shape.height() * shape.width();
    }

    DeviceArray run() {
      DeviceArray x = output(Storage.FLOAT32, turns.length * (long) length(), elementsOff);
      long source = input(images).address();
      long index = input(indices).address();
      long turn = input(Storage.FLOAT32, turns).address();
      long shrink = input(Storage.FLOAT32, shrinks).address();
      long normalization = input(Storage.FLOAT32, normals.pairs()).address();
      ImageTransform transform = new ImageTransform(kernels);
      if (amounts.length == 0) {
        transform.rotate(
            shape, source, index, turn, shrink, normalization, x.address(), Stream.DEFAULT);
      } else {
        ImageTransform.Noise noise =
            new ImageTransform.Noise(input(Storage.FLOAT32, amounts).address(), seed, firstStream);
        transform.rotateAndAddNoise(
            shape, source, index, turn, shrink, normalization, noise, x.address(), Stream.DEFAULT);
      }
      return x;
    }

    double[] expected() {
      double[] x = new double[turns.length * length()];
      for (int i = 0; i < turns.length; i++) {
        double turn = turns[i] - Math.rint(turns[i]);
        double cos = shrinks[i] * Math.cos(2 * Math.PI * turn);
        double sin = shrinks[i] * Math.sin(2 * Math.PI * turn);
        for (int c = 0; c < shape.channels(); c++) {
          for (int row = 0; row < shape.height(); row++) {
            for (int column = 0; column < shape.width(); column++) {
              double down = row - (shape.height() - 1) / 2.0;
              double across = column - (shape.width() - 1) / 2.0;
              double fromRow = (shape.height() - 1) / 2.0 + sin * across + cos * down;
              double fromColumn = (shape.width() - 1) / 2.0 + cos * across - sin * down;
              int at = ((i * shape.channels() + c) * shape.height() + row) * shape.width() + column;
              x[at] = bilinear(indices[i], c, fromRow, fromColumn);
            }
          }
        }
      }
      return amounts.length == 0 ? x : withNoise(x, length(), amounts, seed, firstStream);
    }

    private double bilinear(int image, int c, double row, double column) {
      int top = (int) Math.floor(row);
      int left = (int) Math.floor(column);
      double sum = 0;
      for (int r = top; r <= top + 1; r++) {
        for (int k = left; k <= left + 1; k++) {
          double nearness = (1 - Math.abs(row - r)) * (1 - Math.abs(column - k));
          sum += nearness * pixel(image, c, r, k);
        }
      }
      return sum;
    }

    private double pixel(int image, int c, int row, int column) {
      if (row < 0 || row >= shape.height() || column < 0 || column >= shape.width()) {
        return 0;
      }
      int at = ((image * shape.channels() + c) * shape.height() + row) * shape.width() + column;
      return normals.of(c, Byte.toUnsignedInt(images[at]));
    }
  }

  private static double[] withNoise(
      double[] x, int length, double[] amounts, long seed, long firstStream) {
    double[] noisy = new double[x.length];
    float[] eta = new float[length];
    for (int i = 0; i < amounts.length; i++) {
      new NoiseSource(seed, firstStream).normals(i, eta);
      for (int e = 0; e < length; e++) {
        int at = i * length + e;
        noisy[at] = (1 - amounts[i]) * x[at] + amounts[i] * eta[e];
      }
    }
    return noisy;
  }

  private static double furthest(double[] values, double[] expected) {
    return IntStream.range(0, expected.length)
        .mapToDouble(i -> Math.abs(values[i] - expected[i]))
        .reduce(0, (a, b) -> Double.isNaN(b) || b > a ? b : a);
  }

  @ParameterizedTest
  @CsvSource({
    "5, 7, 1, 28, 28",
    "2, 3, 3, 32, 32",
    "3, 5, 2, 7, 9",
    "2, 4, 1, 1, 1",
    "1, 3, 5, 1, 4",
    "3, 9, 2, 4, 1",
    "2, 5, 3, 15, 1",
    "2, 5, 1, 4, 4",
    "2, 3, 1, 17, 16",
    "2, 3, 1, 1, 127",
    "2, 3, 2, 128, 1",
    "1, 2, 1, 43, 3",
    "1, 2, 1, 25, 40",
    "1, 1, 2, 31, 33",
    "1, 300, 1, 2, 2",
    "1, 300, 1, 3, 1"
  })
  void rotatesAndNormalises(int images, int batch, int channels, int height, int width) {
    Case plain = new Case(images, batch, channels, height, width);
    String shape = plain.shape.toString();
    verify(shape, new Output(plain.run(), Storage.FLOAT32, plain.expected(), TERMS));
    plain.elementsOff = 1;
    verify(shape, new Output(plain.run(), Storage.FLOAT32, plain.expected(), TERMS));
    Case noisy = new Case(images, batch, channels, height, width).noisy();
    verify(shape, new Output(noisy.run(), Storage.FLOAT32, noisy.expected(), TERMS));
    noisy.elementsOff = 3;
    verify(shape, new Output(noisy.run(), Storage.FLOAT32, noisy.expected(), TERMS));
    Case scaled = new Case(images, batch, channels, height, width).scaled();
    verify(shape, new Output(scaled.run(), Storage.FLOAT32, scaled.expected(), TERMS));
    scaled.elementsOff = 1;
    verify(shape, new Output(scaled.run(), Storage.FLOAT32, scaled.expected(), TERMS));
    scaled.noisy();
    verify(shape, new Output(scaled.run(), Storage.FLOAT32, scaled.expected(), TERMS));
  }

  /** Half as large, each pixel of an even side lies in the middle of four. */
  @Test
  void halfAsLargeIsTheMeanOfFourPixelsAmongZeros() {
    int side = 8;
    Case half = new Case(1, 1, 1, side, side);
    half.turns[0] = 0;
    half.shrinks[0] = 2;
    double[] x = Numbers.values(Storage.FLOAT32, half.run().read());
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        int top = 2 * row - side / 2;
        int left = 2 * column - side / 2;
        boolean inside = top >= 0 && top < side && left >= 0 && left < side;
        double mean = 0;
        for (int k = 0; inside && k < 4; k++) {
          int at = (top + k / 2) * side + left + k % 2;
          mean += half.normals.of(0, Byte.toUnsignedInt(half.images[at])) / 4;
        }
        assertThat(x[row * side + column]).isCloseTo(mean, within(1e-5));
      }
    }
  }

  /**
   * In an image of 16384 x 16384 a sine that is off by 2^-30 moves pixels by 1e-5: the promise of 3
   * such units is kept where it is hardest to keep, next to odd eighths of a turn.
   */
  @Test
  void positionsStayExactInLargeImages() {
    useMultiprocessors(1 << 20);
    int side = 16384;
    int batch = 6;
    double[] turns = draw.uniforms(batch, 0.1, 0.15);
    for (int i = 0; i < batch; i++) {
      turns[i] = (float) (turns[i] + i % 4 / 4.0);
    }
    long plane = (long) side * side;
    long images = driver.allocateSparse(plane, ImageTransformTest::scattered);
    long x = driver.allocateSparse(4L * batch * plane, word -> 0x7fc00000);
    double[] pairs = doubles(ImageTransform.normalization(new double[] {0}, new double[] {1}));
    ImageTransform.Shape shape = new ImageTransform.Shape(1, batch, 1, side, side);
    int pixelsPerBlock = 1024;
    int row = 2000 + draw.indices(1, 64)[0];
    int firstColumn = side / 2 - pixelsPerBlock / 2;
    long first = (long) row * side + firstColumn;
    driver.onlyBlocks(block -> block / batch == first / pixelsPerBlock);
    new ImageTransform(kernels)
        .rotate(
            shape,
            images,
            input(new int[batch]).address(),
            input(Storage.FLOAT32, turns).address(),
            ones(batch),
            input(Storage.FLOAT32, pairs).address(),
            x,
            Stream.DEFAULT);
    double middle = (side - 1) / 2.0;
    for (int i = 0; i < batch; i++) {
      double cos = Math.cos(2 * Math.PI * turns[i]);
      double sin = Math.sin(2 * Math.PI * turns[i]);
      double[] values = readFloats(x + 4 * (i * plane + first), pixelsPerBlock / 2);
      for (int k = 0; k < values.length; k++) {
        double down = row - middle;
        double across = firstColumn + k - middle;
        double expected =
            scatteredBilinear(
                side, middle + sin * across + cos * down, middle + cos * across - sin * down);
        double position = 3 * 0x1p-30 * (Math.abs(down) + Math.abs(across));
        assertThat(values[k]).as("%s", draw).isCloseTo(expected, within(2 * position + 1e-6));
      }
    }
    driver.free(images);
    driver.free(x);
  }

  private long ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return input(Storage.FLOAT32, ones).address();
  }

  /** Four bytes without a pattern. */
  private static int scattered(long word) {
    long mixed = (word + 1) * 0x9E3779B97F4A7C15L;
    return (int) (((mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L) >>> 32);
  }

  private static double scatteredBilinear(int side, double row, double column) {
    int top = (int) row;
    int left = (int) column;
    double sum = 0;
    for (int r = top; r <= top + 1; r++) {
      for (int k = left; k <= left + 1; k++) {
        long at = (long) r * side + k;
        int pixel = (scattered(at / 4) >>> (8 * (int) (at % 4))) & 0xFF;
        sum += (1 - Math.abs(row - r)) * (1 - Math.abs(column - k)) * pixel / 255;
      }
    }
    return sum;
  }

  @Test
  void takesManyTurnsAndPartsOfOne() {
    Case many = new Case(1, 12, 1, 24, 24);
    double[] turns = {0, -0.0, 1e-9, -1e-30, 1000.125, -77.7, 8388607.5, 1e30, 0.5, -0.5, 3, 1e-45};
    for (int i = 0; i < turns.length; i++) {
      many.turns[i] = (float) turns[i];
    }
    verify("many turns", new Output(many.run(), Storage.FLOAT32, many.expected(), TERMS));
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 13})
  void quarterTurnsMovePixelsExactly(int side) {
    Case quarters = new Case(1, 8, 1, side, side);
    for (int i = 0; i < 8; i++) {
      quarters.turns[i] = (i - 4) / 4.0;
    }
    double[] x = Numbers.values(Storage.FLOAT32, quarters.run().read());
    int plane = side * side;
    for (int i = 0; i < 8; i++) {
      for (int pixel = 0; pixel < plane; pixel++) {
        int row = pixel / side;
        int column = pixel % side;
        int from =
            switch (Math.floorMod(i, 4)) {
              case 0 -> row * side + column;
              case 1 -> column * side + side - 1 - row;
              case 2 -> (side - 1 - row) * side + side - 1 - column;
              default -> (side - 1 - column) * side + row;
            };
        assertThat(x[i * plane + pixel]).isEqualTo(x[from]);
      }
    }
  }

  /**
   * Next to a quarter turn every position is next to a pixel, at the image's edges too, and
   * rounding decides between two floors; the values must be close all the same, each of them.
   */
  @ParameterizedTest
  @ValueSource(ints = {16, 17})
  void isContinuousAcrossPixelsAndEdges(int side) {
    Case close = new Case(1, 36, 1, side, side);
    for (int i = 0; i < 36; i++) {
      float quarter = Math.floorDiv(i, 9) / 4f;
      close.turns[i] = quarter + (i % 9 - 4) * Math.ulp(Math.max(quarter, 0.25f));
    }
    double[] x = Numbers.values(Storage.FLOAT32, close.run().read());
    double range = close.normals.of(0, 255) - close.normals.of(0, 0);
    assertThat(furthest(x, close.expected())).as("%s", draw).isLessThan(1e-6 * range);
  }

  @Test
  void whatComesFromOutsideIsZeroAndNotTheMean() {
    Case corner = new Case(1, 1, 1, 20, 20);
    corner.turns[0] = 0.125;
    double[] x = Numbers.values(Storage.FLOAT32, corner.run().read());
    assertThat(x[0]).isZero();
    assertThat(x[19]).isZero();
    assertThat(x[380]).isZero();
    assertThat(x[399]).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 13})
  void badIndicesTurnsAndShrinksMakeTheirExamplesNaN(int side) {
    for (boolean noisy : new boolean[] {false, true}) {
      Case bad = new Case(4, 15, 2, side, side);
      if (noisy) {
        bad.noisy();
      }
      double[] expected = bad.expected();
      bad.indices[0] = -1;
      bad.indices[2] = 4;
      bad.indices[3] = Integer.MIN_VALUE;
      bad.indices[4] = Integer.MAX_VALUE;
      bad.turns[5] = Double.NaN;
      bad.turns[6] = Double.POSITIVE_INFINITY;
      bad.turns[8] = Double.NEGATIVE_INFINITY;
      bad.shrinks[9] = Double.NaN;
      bad.shrinks[10] = 0;
      bad.shrinks[11] = -1;
      bad.shrinks[12] = Math.nextUp(16f);
      bad.shrinks[13] = Math.nextDown(1 / 16f);
      bad.shrinks[14] = Double.POSITIVE_INFINITY;
      double[] x = Numbers.values(Storage.FLOAT32, bad.run().read());
      int length = bad.length();
      for (int i = 0; i < 15; i++) {
        double[] example = Arrays.copyOfRange(x, i * length, (i + 1) * length);
        if (i == 1 || i == 7) {
          double[] good = Arrays.copyOfRange(expected, i * length, (i + 1) * length);
          assertThat(furthest(example, good)).isLessThan(1e-5);
        } else {
          assertThat(example).as("example %d", i).containsOnly(Double.NaN);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 15, 16, 17, 127, 128, 129, 1000, 1023, 5000})
  void addsTheNoiseThatEveryDeviceAdds(int length) {
    for (int elementsOff : new int[] {0, 1}) {
      int batch = 5;
      double[] x = draw.normals((long) batch * length);
      double[] amounts = draw.uniforms(batch, 0, 1);
      amounts[1] = 0;
      amounts[2] = 1;
      long seed = draw.indices(1, Integer.MAX_VALUE)[0] * 0x9E3779B97F4A7C15L;
      long firstStream = draw.indices(1, 4)[0] - 2L;
      DeviceArray array = input(Storage.FLOAT32, x, elementsOff);
      addNoise(batch, length, amounts, seed, firstStream, array);
      double[] expected = withNoise(x, length, amounts, seed, firstStream);
      verify("5 x " + length, new Output(array, Storage.FLOAT32, expected, 1));
      assertThat(furthest(Numbers.values(Storage.FLOAT32, array.read()), expected))
          .as("%s", draw)
          .isLessThan(NUMBER_BOUND + ROUNDING);
    }
  }

  private void addNoise(
      int batch, long length, double[] amounts, long seed, long firstStream, DeviceArray x) {
    ImageTransform.Noise noise =
        new ImageTransform.Noise(input(Storage.FLOAT32, amounts).address(), seed, firstStream);
    new ImageTransform(kernels).addNoise(batch, length, noise, x.address(), Stream.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource({"27, 1", "28, 0", "31, 2"})
  void rotationAddsTheSameNoise(int side, int elementsOff) {
    Case pure = new Case(2, 6, 3, side, side).noisy();
    Arrays.fill(pure.amounts, 1);
    pure.elementsOff = elementsOff;
    assertThat(furthest(Numbers.values(Storage.FLOAT32, pure.run().read()), pure.expected()))
        .as("%s", draw)
        .isLessThan(NUMBER_BOUND);
  }

  @Test
  void numbersAreWithinTheirBound() {
    int length = 1 << 18;
    DeviceArray x = input(Storage.FLOAT32, new double[length]);
    long seed = draw.indices(1, Integer.MAX_VALUE)[0];
    addNoise(1, length, new double[] {1}, seed, 7, x);
    double[] expected = withNoise(new double[length], length, new double[] {1}, seed, 7);
    assertThat(furthest(Numbers.values(Storage.FLOAT32, x.read()), expected))
        .as("%s", draw)
        .isLessThan(NUMBER_BOUND);
  }

  /**
   * Streams whose first word under key 0 is where the logarithm changes its form, or next to where
   * it ends: u next to 0, 1/2, 2/3 and 1, and second words that stand for 0 and half a turn.
   */
  @ParameterizedTest
  @ValueSource(
      longs = {
        748582185L,
        84170650L,
        297716614L,
        113314937L,
        6127495430L,
        5306765133L,
        371492825L,
        2613920627L
      })
  void numbersAreWithinTheirBoundWhereFormulasMeet(long stream) {
    DeviceArray x = input(Storage.FLOAT32, new double[4]);
    addNoise(1, 4, new double[] {1}, 0, stream, x);
    double[] expected = withNoise(new double[4], 4, new double[] {1}, 0, stream);
    double[] numbers = Numbers.values(Storage.FLOAT32, x.read());
    for (int e = 0; e < 4; e++) {
      double size = Math.hypot(expected[e], expected[e ^ 1]);
      assertThat(numbers[e]).isCloseTo(expected[e], within(size * 7e-7));
    }
  }

  /** On so small a device each block has whole sectors of what has one number per example. */
  @ParameterizedTest
  @CsvSource({"16, 1", "32, 3"})
  void movesEachSectorOnce(int side, int channels) {
    useMultiprocessors(1);
    int batch = 64;
    for (boolean noisy : new boolean[] {false, true}) {
      Case aligned = new Case(batch, batch, channels, side, side);
      Arrays.setAll(aligned.indices, i -> batch - 1 - i);
      if (noisy) {
        aligned.noisy();
      } else {
        Arrays.fill(aligned.turns, 0);
      }
      long elements = (long) batch * aligned.length();
      long ideal = 5L * elements + (long) batch * (noisy ? 16 : 12);
      Output output = new Output(aligned.run(), Storage.FLOAT32, aligned.expected(), TERMS);
      Traffic traffic = measure(aligned.shape.toString(), elements, ideal, output);
      // Besides, each block reads a sector of the channels' numbers.
      assertThat(traffic.movedOverIdeal()).isLessThan(1.005);
    }
  }

  @Test
  void movesLittleMoreForOddSizes() {
    useMultiprocessors(1);
    for (boolean noisy : new boolean[] {false, true}) {
      Case odd = new Case(50, 50, 3, 27, 27);
      Arrays.setAll(odd.indices, i -> i);
      if (noisy) {
        odd.noisy();
      }
      odd.elementsOff = 1;
      long elements = 50L * odd.length();
      long ideal = 5L * elements + 50L * (noisy ? 16 : 12);
      Output output = new Output(odd.run(), Storage.FLOAT32, odd.expected(), TERMS);
      Traffic traffic = measure(odd.shape + " unaligned", elements, ideal, output);
      assertThat(traffic.movedOverIdeal()).isLessThan(1.1);
    }
  }

  @Test
  void noiseMovesEachSectorOnce() {
    useMultiprocessors(2);
    int batch = 128;
    int length = 512;
    double[] x = draw.normals((long) batch * length);
    double[] amounts = draw.uniforms(batch, 0, 1);
    DeviceArray array = input(Storage.FLOAT32, x);
    addNoise(batch, length, amounts, 1, 2, array);
    long elements = (long) batch * length;
    Traffic traffic =
        measure(
            "128 x 512",
            elements,
            8L * elements + 4L * batch,
            new Output(array, Storage.FLOAT32, withNoise(x, length, amounts, 1, 2), 1));
    assertThat(traffic.movedOverIdeal()).isEqualTo(1);
    assertThat(traffic.sectorsOverFewest()).isEqualTo(1);
  }

  /** The last block's example lies past 2^31 elements of x, its image past 2^31 bytes. */
  @ParameterizedTest
  @ValueSource(ints = {64, 63})
  void reachesPastTwoToThe31(int side) {
    useMultiprocessors(1 << 14);
    int images = 1 << 20;
    int plane = side * side;
    long x = driver.allocateSparse(4L * images * plane, word -> 0x7fc00000);
    long source = driver.allocateSparse((long) images * plane, word -> 0x03020100);
    long index = driver.allocateSparse(4L * images, word -> images - 1);
    long zeros = driver.allocateSparse(4L * images, word -> 0);
    long ones = driver.allocateSparse(4L * images, word -> Float.floatToRawIntBits(1));
    double[] pairs = doubles(ImageTransform.normalization(new double[] {0}, new double[] {1}));
    long normalization = input(Storage.FLOAT32, pairs).address();
    ImageTransform.Shape shape = new ImageTransform.Shape(images, images, 1, side, side);
    ImageTransform.Noise noise = new ImageTransform.Noise(zeros, 1, 1);
    ImageTransform transform = new ImageTransform(kernels);
    for (boolean noisy : new boolean[] {false, true}) {
      onlyBlock(
          grid -> grid.blocksX() - 1,
          () -> {
            if (noisy) {
              transform.rotateAndAddNoise(
                  shape, source, index, zeros, ones, normalization, noise, x, Stream.DEFAULT);
            } else {
              transform.rotate(shape, source, index, zeros, ones, normalization, x, Stream.DEFAULT);
            }
          });
      double[] last = readFloats(x + 4L * (images - 1) * plane, plane);
      for (int pixel = 0; pixel < plane; pixel++) {
        double value = (plane * (images - 1L) + pixel) % 4 / 255.0;
        assertThat(last[pixel]).isCloseTo(value, within(1e-6));
      }
      driver.fill(x + 4L * (images - 1) * plane, (byte) -1, 4L * plane, Stream.DEFAULT);
    }
    for (long address : new long[] {x, source, index, zeros, ones}) {
      driver.free(address);
    }
  }

  @Test
  void noiseReachesPastTwoToThe31() {
    useMultiprocessors(1 << 14);
    long length = (1L << 31) + 4096;
    long amounts = input(Storage.FLOAT32, new double[] {1}).address();
    ImageTransform.Noise noise = new ImageTransform.Noise(amounts, 5, 6);
    float[] eta = new float[4];
    new Philox(5).normals(6, length / 4 - 1, eta, 0);
    for (int elementsOff : new int[] {0, 1}) {
      long x = driver.allocateSparse(4 * (length + elementsOff), word -> 0);
      onlyBlock(
          grid -> (length - 1) / (4L * grid.threads()) % grid.blocksY(),
          () ->
              new ImageTransform(kernels)
                  .addNoise(1, length, noise, x + 4L * elementsOff, Stream.DEFAULT));
      double[] last = readFloats(x + 4 * (length + elementsOff) - 16, 4);
      assertThat(furthest(last, doubles(eta))).isLessThan(NUMBER_BOUND);
      driver.free(x);
    }
  }

  @Test
  void doesNothingForAnEmptyBatch() {
    Case empty = new Case(1, 0, 1, 4, 4);
    empty.run();
    long x = input(Storage.FLOAT32, new double[4]).address();
    ImageTransform.Noise noise = new ImageTransform.Noise(x, 0, 0);
    new ImageTransform(kernels).addNoise(0, 4, noise, x, Stream.DEFAULT);
    new ImageTransform(kernels).addNoise(4, 0, noise, x, Stream.DEFAULT);
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesSizesOutOfRange() {
    assertRefused(() -> new ImageTransform.Shape(0, 1, 1, 4, 4), "images is 0, must be from 1 to ");
    assertRefused(() -> new ImageTransform.Shape(1, -1, 1, 4, 4), "batch is -1, must be from 0 to");
    assertRefused(
        () -> new ImageTransform.Shape(1, 1L << 62, 1, 4, 4), "batch is 4611686018427387904, must");
    assertRefused(() -> new ImageTransform.Shape(1, 1, 0, 4, 4), "channels is 0, must be from 1");
    assertRefused(
        () -> new ImageTransform.Shape(1, 1, 1, 0, 4), "height is 0, must be from 1 to 32768");
    assertRefused(
        () -> new ImageTransform.Shape(1, 1, 1, 4, 32769), "width is 32769, must be from 1 to");
    ImageTransform transform = new ImageTransform(kernels);
    ImageTransform.Noise noise = new ImageTransform.Noise(256, 0, 0);
    assertRefused(
        () -> transform.addNoise(-1, 4, noise, 256, Stream.DEFAULT), "batch is -1, must be");
    assertRefused(
        () -> transform.addNoise(1, -1, noise, 256, Stream.DEFAULT), "length is -1, must be");
    assertRefused(
        () -> transform.addNoise(1, (1L << 32) + 1, noise, 256, Stream.DEFAULT),
        "length is 4294967297, must be from 0 to 4294967296");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesNullAndMisalignedAddresses() {
    String[] names = {"images", "indices", "turns", "shrinks", "normalization", "amounts", "x"};
    for (int k = 0; k < names.length; k++) {
      long[] addresses = {256, 256, 256, 256, 256, 256, 256};
      addresses[k] = 0;
      assertRefused(() -> rotateAt(addresses), names[k] + " is a null address, expected device");
      addresses[k] = 258;
      if (k > 0) {
        assertRefused(() -> rotateAt(addresses), names[k] + " is at address 0x102, which is no");
      }
    }
    ImageTransform transform = new ImageTransform(kernels);
    assertRefused(
        () -> transform.addNoise(1, 4, new ImageTransform.Noise(0, 0, 0), 256, Stream.DEFAULT),
        "amounts is a null address");
    assertRefused(
        () -> transform.addNoise(1, 4, new ImageTransform.Noise(256, 0, 0), 0, Stream.DEFAULT),
        "x is a null address");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  private void rotateAt(long[] a) {
    ImageTransform transform = new ImageTransform(kernels);
    ImageTransform.Shape shape = new ImageTransform.Shape(1, 1, 1, 4, 4);
    if (a[5] == 256) {
      transform.rotate(shape, a[0], a[1], a[2], a[3], a[4], a[6], Stream.DEFAULT);
    }
    ImageTransform.Noise noise = new ImageTransform.Noise(a[5], 0, 0);
    transform.rotateAndAddNoise(shape, a[0], a[1], a[2], a[3], a[4], noise, a[6], Stream.DEFAULT);
  }

  @Test
  void refusesNormalizationsThatAreNone() {
    double[] one = {0.5};
    assertThatThrownBy(() -> ImageTransform.normalization(one, new double[] {1, 2}))
        .hasMessage("there are 1 means and 2 deviations, expected one of each per channel");
    for (double deviation : new double[] {0, -1, Double.NaN, 1e-45, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> ImageTransform.normalization(one, new double[] {deviation}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("channel 0 has mean 0.5 and deviation " + deviation);
    }
    assertThatThrownBy(() -> ImageTransform.normalization(new double[] {Double.NaN}, one))
        .hasMessageStartingWith("channel 0 has mean NaN");
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertRefusedBy("image", call, message);
  }
}
