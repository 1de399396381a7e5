package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.manifold.CubicSpline;
import io.loxodrome.manifold.CubicSpline.Ends;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Errors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Coefficients on the device against the manifolds' own, in double at the same s. */
class ManifoldCoefficientsTest extends SparseKernelTest {
  private static final double BOUND = 1e-6;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "point",
        "line",
        "rod",
        "ellipse",
        "fourier:2",
        "fourier:8",
        "fourier:100",
        "fourier:500",
        "bezier:2",
        "bezier:3",
        "bezier:7",
        "bezier:12",
        "spline:4",
        "spline:5",
        "spline:6",
        "spline:7",
        "spline:9",
        "spline:16",
        "spline:64",
        "spline:200",
        "spline:4:periodic",
        "spline:5:periodic",
        "spline:16:periodic",
        "spline:33:periodic",
        "spline:200:periodic",
        "spline:4:unclamped",
        "spline:8:unclamped",
        "spline:33:unclamped",
        "spline:200:unclamped",
        "sphere:1",
        "sphere:2",
        "torus",
        "sheet",
        "spline-sheet:5x7",
        "product(sphere:2,spline:6:periodic)",
        "product(fourier:3,sphere:1)",
        "product(product(line,spline:5),product(ellipse,rod))",
        "replicas(1,ellipse)",
        "replicas(20,point)",
        "replicas(7,spline:6)",
        "product(line,replicas(3,sphere:1))",
        "product(point,line)",
        "product(point,point)",
        "product(product(sphere:1,line),sphere:2)"
      })
  void rowsAndSlopesAgreeWithTheManifold(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    int batch = 100 + draw.indices(1, 20)[0];
    double[] s = places(manifold, batch);
    assertAgrees(manifold, batch, s, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 127, 128, 129, 1000})
  void batchesOfAnySizeAtAnyAddress(int batch) {
    WeightManifold manifold = WeightManifold.parse("product(line,spline:5)");
    assertAgrees(manifold, batch, places(manifold, batch), 1);
  }

  @Test
  void blocksGoOnWhereTheGridEnds() {
    useMultiprocessors(1);
    WeightManifold manifold = WeightManifold.parse("spline:64");
    assertAgrees(manifold, 333, places(manifold, 333), 0); // 21 tiles, 8 blocks
    CubicSpline spline = new CubicSpline(9, Ends.PERIODIC);
    assertSpans(spline, 1111, places(spline, 1111), 0); // 18 tiles, 8 blocks
  }

  @Test
  void manyFactorsAreOneLaunch() {
    WeightManifold manifold = WeightManifold.parse("line");
    for (int factor = 1; factor < 9; factor++) {
      manifold = WeightManifold.parse("product(%s,line)".formatted(manifold.spec()));
    }
    assertAgrees(manifold, 9, places(manifold, 9), 0);
  }

  @Test
  void theMostFactorsThereCanBe() {
    StringBuilder spec = new StringBuilder("line");
    for (int factor = 1; factor < 20; factor++) {
      spec.insert(0, "product(").append(",line)");
    }
    WeightManifold manifold = WeightManifold.parse(spec.toString());
    int n = manifold.basisSize();
    int tile = 1024;
    int block = draw.indices(1, n / tile)[0];
    double[] s = draw.uniforms(manifold.dimensions(), 0, 1);
    double[] expected = new double[n];
    manifold.coefficients(s, expected);
    DeviceArray places = input(Storage.FLOAT32, s);
    long a = driver.allocateSparse((long) n * Float.BYTES, index -> 0);
    driver.onlyBlocks(linear -> linear == block);
    new ManifoldCoefficients(kernels)
        .coefficients(manifold, 1, places.address(), a, Stream.DEFAULT);
    int first = block * tile;
    assertThat(
            Errors.relative(
                readFloats(a + (long) first * Float.BYTES, tile),
                Arrays.copyOfRange(expected, first, first + tile)))
        .as("of block %d, %s", block, draw)
        .isLessThanOrEqualTo(BOUND);
    driver.free(a);
  }

  private void assertAgrees(WeightManifold manifold, int batch, double[] s, int elementsOff) {
    int n = manifold.basisSize();
    DeviceArray places = input(Storage.FLOAT32, s, elementsOff);
    DeviceArray a = output(Storage.FLOAT32, (long) batch * n, elementsOff);
    ManifoldCoefficients coefficients = new ManifoldCoefficients(kernels);
    coefficients.coefficients(manifold, batch, places.address(), a.address(), Stream.DEFAULT);
    double[][] rows = rows(manifold, batch, s);
    assertRows(manifold.spec(), s, Numbers.values(Storage.FLOAT32, a.read()), rows);
    verify(manifold.spec(), new Output(a, Storage.FLOAT32, flat(rows), 1));

    double[][] slopes = slopes(manifold, batch, s);
    DeviceArray da = output(Storage.FLOAT32, (long) slopes.length * n, elementsOff);
    coefficients.derivatives(manifold, batch, places.address(), da.address(), Stream.DEFAULT);
    assertRows(
        "slopes of " + manifold.spec(), s, Numbers.values(Storage.FLOAT32, da.read()), slopes);
    verify(manifold.spec(), new Output(da, Storage.FLOAT32, flat(slopes), 1));
  }

  private void assertRows(String what, double[] s, double[] values, double[][] rows) {
    int n = rows.length == 0 ? 0 : rows[0].length;
    for (int i = 0; i < rows.length; i++) {
      assertThat(Errors.relative(Arrays.copyOfRange(values, i * n, (i + 1) * n), rows[i]))
          .as("error of row %d of %s, s %s, %s", i, what, Arrays.toString(s), draw)
          .isLessThanOrEqualTo(BOUND);
    }
  }

  private static double[][] rows(WeightManifold manifold, int batch, double[] s) {
    double[][] rows = new double[batch][manifold.basisSize()];
    for (int i = 0; i < batch; i++) {
      manifold.coefficients(place(manifold, s, i), rows[i]);
    }
    return rows;
  }

  /** Row m B + i is da / ds_m at s_i. */
  private static double[][] slopes(WeightManifold manifold, int batch, double[] s) {
    int dimensions = manifold.dimensions();
    double[][] rows = new double[dimensions * batch][];
    for (int i = 0; i < batch; i++) {
      double[][] da = new double[dimensions][manifold.basisSize()];
      manifold.derivatives(place(manifold, s, i), da);
      for (int m = 0; m < dimensions; m++) {
        rows[m * batch + i] = da[m];
      }
    }
    return rows;
  }

  private static double[] place(WeightManifold manifold, double[] s, int example) {
    int d = manifold.dimensions();
    return Arrays.copyOfRange(s, example * d, (example + 1) * d);
  }

  private static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  /**
   * Random places, and among them the ends, places beside them, and knots of splines with the
   * floats next to them; nothing at a sphere's poles.
   */
  private double[] places(WeightManifold manifold, int batch) {
    double[] s = draw.uniforms((long) batch * manifold.dimensions(), 0, 1);
    boolean poles = manifold.spec().contains("sphere");
    int[] kinds = draw.indices(s.length, 8);
    int[] spans = draw.indices(s.length, 200);
    for (int i = 0; i < s.length; i++) {
      int denominator = Math.max(1, manifold.basisSize() - (kinds[i] % 2 == 0 ? 3 : 0));
      float knot = (float) Math.min(1, spans[i] % (denominator + 1) / (double) denominator);
      float special =
          switch (kinds[i]) {
            case 0, 1 -> knot;
            case 2 -> Math.max(0, Math.nextDown(knot));
            case 3 -> Math.min(1, Math.nextUp(knot));
            case 4 -> spans[i] % 2;
            case 5 -> spans[i] % 2 == 0 ? 1e-6f : Math.nextDown(1f);
            default -> (float) s[i];
          };
      s[i] = poles ? Math.min(Math.max(special, 1e-6f), Math.nextDown(1f)) : special;
    }
    return s;
  }

  @ParameterizedTest
  @CsvSource({
    "line, 1",
    "bezier:5, 1",
    "fourier:4, 1",
    "spline:12, 1",
    "spline:12:periodic, 1",
    "sphere:2, 2",
    "torus, 2",
    "'product(spline:7,ellipse)', 2",
    "'product(sphere:1,line)', 3"
  })
  void outsideTheUnitIntervalTheWholeRowIsNotANumber(String spec, int dimensions) {
    WeightManifold manifold = WeightManifold.parse(spec);
    double[] bad = {
      -Float.MIN_VALUE, Math.nextUp(1f), Double.NaN, 1.0 / 0, -1.0 / 0, -1, 2, 1e30, -1e30
    };
    int n = manifold.basisSize();
    int batch = 2 * bad.length;
    for (int along = 0; along < dimensions; along++) {
      double[] s = draw.uniforms((long) batch * dimensions, 0.25, 0.75);
      for (int i = 0; i < bad.length; i++) {
        s[2 * i * dimensions + along] = bad[i];
      }
      DeviceArray places = input(Storage.FLOAT32, s);
      DeviceArray a = output(Storage.FLOAT32, (long) batch * n);
      DeviceArray da = output(Storage.FLOAT32, (long) dimensions * batch * n);
      ManifoldCoefficients coefficients = new ManifoldCoefficients(kernels);
      coefficients.coefficients(manifold, batch, places.address(), a.address(), Stream.DEFAULT);
      coefficients.derivatives(manifold, batch, places.address(), da.address(), Stream.DEFAULT);
      assertEveryOtherRow(n, Numbers.values(Storage.FLOAT32, a.read()));
      assertEveryOtherRow(n, Numbers.values(Storage.FLOAT32, da.read()));
    }
  }

  private void assertEveryOtherRow(int n, double[] values) {
    for (int e = 0; e < values.length; e++) {
      assertThat(Double.isNaN(values[e])).as("NaN at row %d", e / n).isEqualTo(e / n % 2 == 0);
    }
  }

  @Test
  void aSphereHasNoSlopeInItsHeightAtThePoles() {
    WeightManifold manifold = WeightManifold.parse("product(line,sphere:2)");
    int n = manifold.basisSize();
    double[] s = {0.25, 0.125, 0, 0.25, 0.125, 1, 0.25, 0.125, 0.5};
    DeviceArray places = input(Storage.FLOAT32, s);
    DeviceArray da = output(Storage.FLOAT32, 9L * n);
    new ManifoldCoefficients(kernels)
        .derivatives(manifold, 3, places.address(), da.address(), Stream.DEFAULT);
    double[] values = Numbers.values(Storage.FLOAT32, da.read());
    for (int e = 0; e < values.length; e++) {
      int along = e / (3 * n);
      boolean pole = e / n % 3 < 2;
      assertThat(Double.isNaN(values[e])).as("element %d", e).isEqualTo(along == 2 && pole);
      if (along == 1 && pole) {
        assertThat(values[e]).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Ends.class)
  void spansAreTheFourThatAreNotZero(Ends ends) {
    for (int n : new int[] {4, 5, 6, 7, 8, 64, 1 << 20}) {
      CubicSpline spline = new CubicSpline(n, ends);
      int batch = 257;
      assertSpans(spline, batch, places(spline, batch), 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 63, 64, 65, 1000})
  void spansOfBatchesOfAnySize(int batch) {
    CubicSpline spline = new CubicSpline(9, Ends.CLAMPED);
    assertSpans(spline, batch, places(spline, batch), 0);
  }

  private void assertSpans(CubicSpline spline, int batch, double[] s, int elementsOff) {
    DeviceArray places = input(Storage.FLOAT32, s, elementsOff);
    DeviceArray spans = output(Storage.FLOAT32, batch, elementsOff);
    DeviceArray four = output(Storage.FLOAT32, 4L * batch, elementsOff);
    DeviceArray slopes = output(Storage.FLOAT32, 4L * batch, elementsOff);
    ManifoldCoefficients coefficients = new ManifoldCoefficients(kernels);
    coefficients.spans(
        spline, batch, places.address(), spans.address(), four.address(), Stream.DEFAULT);
    coefficients.spanDerivatives(spline, batch, places.address(), slopes.address(), Stream.DEFAULT);
    int[] expectedSpans = new int[batch];
    double[][] expected = new double[batch][4];
    double[][] expectedSlopes = new double[batch][4];
    double[][] da = new double[1][spline.basisSize()];
    for (int i = 0; i < batch; i++) {
      expectedSpans[i] = spline.span(s[i], expected[i]);
      if (spline.basisSize() < 1000) {
        spline.derivatives(new double[] {s[i]}, da);
        for (int m = 0; m < 4; m++) {
          expectedSlopes[i][m] = da[0][(expectedSpans[i] + m) % spline.basisSize()];
        }
      }
    }
    assertThat(Numbers.ints(spans.read())).as("%s", draw).isEqualTo(expectedSpans);
    assertRows(spline.spec(), s, Numbers.values(Storage.FLOAT32, four.read()), expected);
    if (spline.basisSize() < 1000) {
      assertRows(spline.spec(), s, Numbers.values(Storage.FLOAT32, slopes.read()), expectedSlopes);
    }
    verify(spline.spec());
  }

  @Test
  void spansOutsideTheUnitIntervalAreSomeSpanOfNotANumber() {
    CubicSpline spline = new CubicSpline(10, Ends.CLAMPED);
    double[] s = {-Float.MIN_VALUE, -1e30, Double.NaN, Math.nextUp(1f), 7, 1e30, 1.0 / 0, 0.5};
    DeviceArray places = input(Storage.FLOAT32, s);
    DeviceArray spans = output(Storage.FLOAT32, s.length);
    DeviceArray four = output(Storage.FLOAT32, 4L * s.length);
    DeviceArray slopes = output(Storage.FLOAT32, 4L * s.length);
    ManifoldCoefficients coefficients = new ManifoldCoefficients(kernels);
    coefficients.spans(
        spline, s.length, places.address(), spans.address(), four.address(), Stream.DEFAULT);
    coefficients.spanDerivatives(
        spline, s.length, places.address(), slopes.address(), Stream.DEFAULT);
    assertThat(Numbers.ints(spans.read())).isEqualTo(new int[] {0, 0, 0, 6, 6, 6, 6, 3});
    for (DeviceArray array : new DeviceArray[] {four, slopes}) {
      double[] values = Numbers.values(Storage.FLOAT32, array.read());
      assertThat(IntStream.range(0, values.length).filter(e -> Double.isNaN(values[e])))
          .hasSize(4 * (s.length - 1))
          .allMatch(e -> e < 4 * (s.length - 1));
    }
  }

  @Test
  void offsetsPastTwoToThe31() {
    WeightManifold manifold = WeightManifold.parse("torus");
    int n = manifold.basisSize();
    long batch = 3L << 29; // d batch n words are 2^34.8
    useMultiprocessors(1 << 26); // a block for every tile
    long s = driver.allocateSparse(2 * batch * Float.BYTES, SparseKernelTest::someFloat);
    long a = driver.allocateSparse(2 * batch * n * Float.BYTES, index -> 0);
    ManifoldCoefficients coefficients = new ManifoldCoefficients(kernels);
    long tiles = (batch * n - 1) / 1024 + 1;
    int examples = 50;
    long first = batch - examples;
    double[] places = new double[2 * examples];
    for (int e = 0; e < places.length; e++) {
      places[e] = Float.intBitsToFloat(someFloat(2 * first + e));
    }
    driver.onlyBlocks(block -> block == tiles - 1);
    coefficients.coefficients(manifold, batch, s, a, Stream.DEFAULT);
    assertThat(driver.takeLaunches().get(0).shape().blocksX()).isEqualTo(tiles);
    assertRows(
        "coefficients",
        places,
        readFloats(a + first * n * Float.BYTES, examples * n),
        rows(manifold, examples, places));
    driver.onlyBlocks(block -> block == 2 * tiles - 1);
    coefficients.derivatives(manifold, batch, s, a, Stream.DEFAULT);
    double[][] slopes = slopes(manifold, examples, places);
    assertRows(
        "derivatives",
        places,
        readFloats(a + (batch + first) * n * Float.BYTES, examples * n),
        Arrays.copyOfRange(slopes, examples, 2 * examples));
    driver.free(s);
    driver.free(a);
  }

  @Test
  void spansPastTwoToThe31() {
    CubicSpline spline = new CubicSpline(8, Ends.PERIODIC);
    long batch = 3L << 30;
    useMultiprocessors(1 << 26); // a block for every tile
    long s = driver.allocateSparse(batch * Float.BYTES, SparseKernelTest::someFloat);
    long spans = driver.allocateSparse(batch * Integer.BYTES, index -> 0);
    long four = driver.allocateSparse(4 * batch * Float.BYTES, index -> 0);
    driver.onlyBlocks(block -> block == 4 * batch / 256 - 1);
    new ManifoldCoefficients(kernels).spans(spline, batch, s, spans, four, Stream.DEFAULT);
    double[] expected = new double[4];
    int span = spline.span(Float.intBitsToFloat(someFloat(batch - 1)), expected);
    assertThat(Errors.relative(readFloats(four + 4 * (batch - 1) * Float.BYTES, 4), expected))
        .isLessThanOrEqualTo(BOUND);
    assertThat(readBytes(spans + (batch - 1) * Integer.BYTES, 4).getInt()).isEqualTo(span);
    driver.free(s);
    driver.free(spans);
    driver.free(four);
  }

  private ByteBuffer readBytes(long address, int count) {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.nativeOrder());
    driver.read(address, buffer, Stream.DEFAULT);
    return buffer.rewind();
  }

  @ParameterizedTest
  @CsvSource({
    "spline:32, 1024, 1",
    "spline:33, 1000, 1.1",
    "torus, 1024, 1.1",
    "ellipse, 999, 1.1"
  })
  void movesEachSectorOnce(String spec, int batch, double most) {
    WeightManifold manifold = WeightManifold.parse(spec);
    int n = manifold.basisSize();
    double[] s = draw.uniforms((long) batch * manifold.dimensions(), 0, 1);
    DeviceArray places = input(Storage.FLOAT32, s);
    DeviceArray a = output(Storage.FLOAT32, (long) batch * n);
    new ManifoldCoefficients(kernels)
        .coefficients(manifold, batch, places.address(), a.address(), Stream.DEFAULT);
    Traffic traffic =
        measure(
            "%s, batch %d".formatted(spec, batch),
            (long) batch * n,
            4L * batch * (n + manifold.dimensions()),
            new Output(a, Storage.FLOAT32, flat(rows(manifold, batch, s)), 1));
    assertThat(traffic.movedOverIdeal()).isLessThanOrEqualTo(most + 1e-9);
  }

  @Test
  void spansMoveEachSectorOnce() {
    CubicSpline spline = new CubicSpline(16, Ends.CLAMPED);
    int batch = 1024;
    double[] s = draw.uniforms(batch, 0, 1);
    double[][] expected = new double[batch][4];
    for (int i = 0; i < batch; i++) {
      spline.span(s[i], expected[i]);
    }
    DeviceArray places = input(Storage.FLOAT32, s);
    DeviceArray spans = output(Storage.FLOAT32, batch);
    DeviceArray four = output(Storage.FLOAT32, 4L * batch);
    new ManifoldCoefficients(kernels)
        .spans(spline, batch, places.address(), spans.address(), four.address(), Stream.DEFAULT);
    Traffic traffic =
        measure(
            "spans of spline:16, batch 1024",
            4L * batch,
            24L * batch,
            new Output(four, Storage.FLOAT32, flat(expected), 1));
    assertThat(traffic.movedOverIdeal()).isLessThanOrEqualTo(1 + 1e-9);
  }

  @Test
  void refusesBadArgumentsBeforeAnythingIsLaunched() {
    ManifoldCoefficients coefficients = new ManifoldCoefficients(kernels);
    WeightManifold ellipse = WeightManifold.parse("ellipse");
    CubicSpline spline = new CubicSpline(5, Ends.CLAMPED);
    assertThatThrownBy(() -> coefficients.coefficients(ellipse, 3, 0, 256, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel manifold_coefficients: s is a null address, expected device memory");
    assertThatThrownBy(() -> coefficients.coefficients(ellipse, 3, 256, 514, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "kernel manifold_coefficients: a is at address 0x202, which is no multiple of 4 bytes");
    assertThatThrownBy(() -> coefficients.coefficients(ellipse, -1, 256, 512, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("kernel manifold_coefficients: batch is -1, must be from 0 to ");
    assertThatThrownBy(() -> coefficients.derivatives(ellipse, 3, 256, 0, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("manifold_derivatives: da is a null address");
    assertThatThrownBy(() -> coefficients.derivatives(ellipse, 1L << 61, 256, 512, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("manifold_derivatives: batch is 2305843009213693952, must be from");
    assertThatThrownBy(() -> coefficients.spans(spline, 3, 256, 0, 512, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spline_spans: spans is a null address");
    assertThatThrownBy(() -> coefficients.spans(spline, 3, 256, 512, 1021, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spline_spans: four is at address 0x3fd");
    assertThatThrownBy(() -> coefficients.spanDerivatives(spline, -3, 256, 512, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spline_span_derivatives: batch is -3, must be from 0 to ");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void aPointNeedsNoPlacesAndHasNoSlopes() {
    DeviceArray a = output(Storage.FLOAT32, 5);
    WeightManifold point = WeightManifold.parse("point");
    ManifoldCoefficients coefficients = new ManifoldCoefficients(kernels);
    coefficients.coefficients(point, 5, 0, a.address(), Stream.DEFAULT);
    coefficients.derivatives(point, 5, 0, 0, Stream.DEFAULT);
    assertThat(driver.takeLaunches()).hasSize(1);
    assertThat(Numbers.values(Storage.FLOAT32, a.read())).containsOnly(1);
  }
}
