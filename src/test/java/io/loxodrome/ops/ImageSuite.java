package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds every device to the definition of the image operators. */
abstract class ImageSuite extends FamilySuite {
  /** Gives pixels back as they are: 255 (p / 255 - 0) / 255. */
  private static final Normalization PIXELS = new Normalization(List.of(0.0), List.of(1 / 255.0));

  ImageSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  private static Normalization normalization(int channels) {
    return new Normalization(
        Collections.nCopies(channels, 0.3), Collections.nCopies(channels, 0.25));
  }

  @ParameterizedTest
  @CsvSource({"1,28,28", "3,32,32", "3,9,7", "1,5,5", "5,1,1", "1,1,6"})
  void rotationAgrees(int channels, int height, int width) {
    int count = 5;
    Shape stored = Shape.of(count, channels, height, width);
    byte[] pixels = draw.bytes(stored.size());
    for (int batch : BATCHES) {
      int[] indices = draw.indices(batch, count);
      double[] turns = draw.uniforms(batch, -1.5, 1.5);
      double[] shrinks = draw.uniforms(batch, 0.25, 4);
      Arrays.setAll(shrinks, i -> i % 2 == 0 ? 1 : (float) shrinks[i]);
      requireAgreement(
          "rotate " + stored + " B " + batch,
          bench -> {
            Tensor output = bench.output(Shape.of(batch, channels, height, width));
            bench
                .operators()
                .image()
                .rotate(
                    bench.bytes(stored, pixels),
                    bench.indices(indices),
                    bench.input(Shape.of(batch), turns),
                    bench.input(Shape.of(batch), shrinks),
                    normalization(channels),
                    output);
            return List.of(output);
          });
    }
  }

  /** Turns one image of {@code side} x {@code side} pixels. */
  private double[] turned(byte[] pixels, int side, double turn, Normalization normalization) {
    return shown(pixels, side, turn, 1, normalization);
  }

  private double[] shown(
      byte[] pixels, int side, double turn, double shrink, Normalization normalization) {
    try (Bench bench = bench()) {
      Shape shape = Shape.of(1, 1, side, side);
      Tensor output = bench.output(shape);
      bench
          .operators()
          .image()
          .rotate(
              bench.bytes(shape, pixels),
              bench.indices(0),
              bench.input(Shape.of(1), new double[] {turn}),
              bench.input(Shape.of(1), new double[] {shrink}),
              normalization,
              output);
      return output.toDoubles();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6, 7, 28})
  void noTurnIsTheNormalisedImage(int side) {
    byte[] pixels = draw.bytes((long) side * side);
    double[] expected = new double[side * side];
    for (int e = 0; e < expected.length; e++) {
      expected[e] = (Byte.toUnsignedInt(pixels[e]) / 255.0 - 0.3) / 0.25;
    }
    requireClose("turn 0", turned(pixels, side, 0, normalization(1)), expected);
    requireClose("turn 1", turned(pixels, side, 1, normalization(1)), expected);
    requireClose("turn -2", turned(pixels, side, -2, normalization(1)), expected);
  }

  /** As the image is seen, rows running down: what was at the right is at the top. */
  @ParameterizedTest
  @ValueSource(ints = {1, 6, 7, 28})
  void aQuarterTurnIsCounterclockwise(int side) {
    byte[] pixels = draw.bytes((long) side * side);
    double[] expected = new double[side * side];
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        expected[(side - 1 - column) * side + row] =
            Byte.toUnsignedInt(pixels[row * side + column]);
      }
    }
    requireClose("turn 1/4", turned(pixels, side, 0.25, PIXELS), expected);
    requireClose("turn -3/4", turned(pixels, side, -0.75, PIXELS), expected);
  }

  @Test
  void fourQuarterTurnsGiveTheImageBack() {
    byte[] pixels = draw.bytes(49);
    byte[] again = pixels;
    for (int quarter = 0; quarter < 4; quarter++) {
      double[] values = turned(again, 7, 0.25, PIXELS);
      again = new byte[49];
      for (int e = 0; e < 49; e++) {
        again[e] = (byte) Math.round(values[e]);
      }
    }
    assertThat(again).as("%s", draw).isEqualTo(pixels);
  }

  /** After an eighth of a turn the corners show what lies outside. */
  @Test
  void outsideIsZeroAfterNormalisation() {
    byte[] white = new byte[49];
    Arrays.fill(white, (byte) 255);
    double[] values = turned(white, 7, 0.125, normalization(1));
    assertThat(List.of(values[0], values[6], values[42], values[48])).containsOnly(0.0);
    assertThat(values[24]).isCloseTo((1 - 0.3) / 0.25, within(1e-5));
  }

  /** On an even side the centre lies between pixels: half a turn is the image backwards. */
  @Test
  void halfATurnReversesTheImage() {
    byte[] pixels = draw.bytes(36);
    double[] expected = new double[36];
    for (int e = 0; e < 36; e++) {
      expected[35 - e] = Byte.toUnsignedInt(pixels[e]);
    }
    requireClose("turn 1/2", turned(pixels, 6, 0.5, PIXELS), expected);
  }

  @Test
  void eachChannelHasItsOwnNormalisation() {
    try (Bench bench = bench()) {
      Tensor output = bench.output(Shape.of(1, 2, 1, 1));
      bench
          .operators()
          .image()
          .rotate(
              bench.bytes(Shape.of(1, 2, 1, 1), new byte[] {51, (byte) 204}),
              bench.indices(0),
              bench.input(Shape.of(1), new double[] {0}),
              bench.input(Shape.of(1), new double[] {1}),
              new Normalization(List.of(0.1, 0.4), List.of(0.5, 0.25)),
              output);
      requireClose("pixels", output.toDoubles(), new double[] {0.2, 1.6});
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 5})
  void anIndexOutOfRangeIsRefusedBeforeAnythingIsWritten(int index) {
    try (Bench bench = bench()) {
      Shape stored = Shape.of(5, 1, 2, 2);
      Tensor output = bench.updated(Shape.of(2, 1, 2, 2), new double[8]);
      Tensor images = bench.bytes(stored, draw.bytes(20));
      Tensor indices = bench.indices(4, index);
      Tensor turns = bench.input(Shape.of(2), new double[2]);
      Tensor ones = bench.input(Shape.of(2), new double[] {1, 1});
      assertThatThrownBy(
              () -> bench.operators().image().rotate(images, indices, turns, ones, PIXELS, output))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("indices[1] is " + index + ", must be from 0 to 4");
      assertThat(output.toDoubles()).containsOnly(0);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.NEGATIVE_INFINITY})
  void aTurnThatIsNotFiniteIsRefusedBeforeAnythingIsWritten(double turn) {
    try (Bench bench = bench()) {
      Tensor output = bench.updated(Shape.of(2, 1, 2, 2), new double[8]);
      Tensor images = bench.bytes(Shape.of(1, 1, 2, 2), draw.bytes(4));
      Tensor indices = bench.indices(0, 0);
      Tensor turns = bench.input(Shape.of(2), new double[] {0.5, turn});
      Tensor ones = bench.input(Shape.of(2), new double[] {1, 1});
      assertThatThrownBy(
              () -> bench.operators().image().rotate(images, indices, turns, ones, PIXELS, output))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("turns[1] is " + turn + ", must be finite");
      assertThat(output.toDoubles()).containsOnly(0);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.0624, 16.1, -1, Double.NaN})
  void aShrinkOutOfRangeIsRefusedBeforeAnythingIsWritten(double shrink) {
    try (Bench bench = bench()) {
      Tensor output = bench.updated(Shape.of(2, 1, 2, 2), new double[8]);
      Tensor images = bench.bytes(Shape.of(1, 1, 2, 2), draw.bytes(4));
      Tensor indices = bench.indices(0, 0);
      Tensor turns = bench.input(Shape.of(2), new double[2]);
      Tensor shrinks = bench.input(Shape.of(2), new double[] {16, shrink});
      assertThatThrownBy(
              () ->
                  bench.operators().image().rotate(images, indices, turns, shrinks, PIXELS, output))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("shrinks[1] is ")
          .hasMessageEndingWith(", must be from 0.0625 to 16.0");
      assertThat(output.toDoubles()).containsOnly(0);
    }
  }

  /** Twice as large about the centre of an odd side: every other pixel is one of the image's. */
  @Test
  void anEnlargedImageShowsItsMiddle() {
    byte[] pixels = draw.bytes(81);
    double[] values = shown(pixels, 9, 0, 0.5, PIXELS);
    double[] upsideDown = shown(pixels, 9, 0.5, 0.5, PIXELS);
    for (int row = 0; row < 9; row += 2) {
      for (int column = 0; column < 9; column += 2) {
        int pixel = Byte.toUnsignedInt(pixels[(2 + row / 2) * 9 + 2 + column / 2]);
        assertThat(values[row * 9 + column]).as("%s", draw).isCloseTo(pixel, within(255 * bound()));
        assertThat(upsideDown[80 - (row * 9 + column)]).isCloseTo(pixel, within(255 * bound()));
      }
    }
  }

  /** A third as large: the middle third is the image, all else zeros. */
  @Test
  void aShrunkImageHasZerosRoundIt() {
    byte[] white = new byte[81];
    Arrays.fill(white, (byte) 255);
    double[] values = shown(white, 9, 0.25, 3, PIXELS);
    for (int row = 0; row < 9; row++) {
      for (int column = 0; column < 9; column++) {
        boolean inside = row >= 3 && row < 6 && column >= 3 && column < 6;
        assertThat(values[row * 9 + column]).isCloseTo(inside ? 255 : 0, within(255 * bound()));
      }
    }
  }

  @Test
  void noiseAgrees() {
    int seed = draw.indices(1, Integer.MAX_VALUE)[0];
    for (int batch : BATCHES) {
      for (Shape any : List.of(Shape.of(1), Shape.of(3), Shape.of(3, 5, 7), Shape.of(1, 28, 28))) {
        double[] x = draw.normals(any.under(batch).size());
        double[] amounts = draw.uniforms(batch, 0, 1);
        requireAgreement(
            "noise B " + batch + " any " + any,
            bench -> {
              Tensor images = bench.updated(any.under(batch), x);
              Tensor t = bench.input(Shape.of(batch), amounts);
              bench.operators().image().addNoise(images, t, new NoiseSource(seed, 1L << 33));
              return List.of(images);
            });
      }
    }
  }

  private double[] noisy(double[] x, int batch, double amount, NoiseSource source) {
    try (Bench bench = bench()) {
      Tensor images = bench.updated(Shape.of(batch, x.length / batch), x);
      double[] amounts = new double[batch];
      Arrays.fill(amounts, amount);
      bench.operators().image().addNoise(images, bench.input(Shape.of(batch), amounts), source);
      return images.toDoubles();
    }
  }

  @Test
  void noNoiseLeavesEveryBit() {
    double[] x = draw.normals(3 * 17);
    assertThat(noisy(x, 3, 0, new NoiseSource(1, 2))).as("%s", draw).isEqualTo(x);
  }

  /** Mean, variance, skewness and kurtosis of 40 000 numbers, each within 5 standard errors. */
  @Test
  void noiseIsStandardNormal() {
    int count = 40_000;
    double[] eta = noisy(new double[count], 4, 1, new NoiseSource(draw.indices(1, 1 << 30)[0], 0));
    double[] moments = new double[5];
    for (double value : eta) {
      for (int power = 1; power <= 4; power++) {
        moments[power] += Math.pow(value, power) / count;
      }
    }
    double error = 5 / Math.sqrt(count);
    assertThat(moments[1]).as("mean; %s", draw).isCloseTo(0, within(error));
    assertThat(moments[2]).as("variance; %s", draw).isCloseTo(1, within(error * Math.sqrt(2)));
    assertThat(moments[3]).as("skewness; %s", draw).isCloseTo(0, within(error * Math.sqrt(15)));
    assertThat(moments[4]).as("kurtosis; %s", draw).isCloseTo(3, within(error * Math.sqrt(96)));
  }

  @Test
  void noiseDoesNotDependOnHowExamplesAreBatched() {
    double[] together = noisy(new double[2 * 17], 2, 1, new NoiseSource(7, 100));
    double[] second = noisy(new double[17], 1, 1, new NoiseSource(7, 101));
    assertThat(Arrays.copyOfRange(together, 17, 34)).isEqualTo(second);
    assertThat(Arrays.copyOfRange(together, 0, 17)).isNotEqualTo(second);
    assertThat(noisy(new double[17], 1, 1, new NoiseSource(8, 101))).isNotEqualTo(second);
  }

  @Test
  void noiseIsPhilox() {
    double[] eta = noisy(new double[6], 1, 1, new NoiseSource(7, 100));
    float[] block = new float[4];
    new Philox(7).normals(100, 1, block, 0);
    requireClose("block 1", Arrays.copyOfRange(eta, 4, 6), new double[] {block[0], block[1]});
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, -0.5, 1.5})
  void anAmountOutOfRangeIsRefusedBeforeAnythingIsWritten(double amount) {
    try (Bench bench = bench()) {
      Tensor x = bench.updated(Shape.of(2, 3), new double[6]);
      Tensor amounts = bench.input(Shape.of(2), new double[] {0.5, amount});
      assertThatThrownBy(
              () -> bench.operators().image().addNoise(x, amounts, new NoiseSource(1, 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("amounts[1] is " + amount + ", must be from 0.0 to 1.0");
      assertThat(x.toDoubles()).containsOnly(0);
    }
  }
}
