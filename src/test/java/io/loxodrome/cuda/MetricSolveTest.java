package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.manifold.DenseGram;
import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Errors;
import io.loxodrome.ptx.PtxDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricSolveTest extends KernelTest {
  /** One of each form the solver knows, at sizes on both sides of every limit. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "point",
        "line",
        "rod",
        "ellipse",
        "fourier:20",
        "sphere:1",
        "sphere:2",
        "torus",
        "sheet",
        "bezier:2",
        "bezier:3",
        "bezier:4",
        "bezier:5",
        "bezier:6",
        "bezier:7",
        "bezier:8",
        "bezier:12",
        "spline:4",
        "spline:5:periodic",
        "spline:16",
        "spline:16:unclamped",
        "spline:17",
        "spline:19:periodic",
        "spline:33",
        "spline:64",
        "spline:64:periodic",
        "spline:65:unclamped",
        "spline:200",
        "spline:200:periodic",
        "spline:200:unclamped",
        "spline-sheet:4x4",
        "spline-sheet:8x8",
        "product(line,ellipse)",
        "product(rod,ellipse)",
        "product(rod,spline:8)",
        "product(spline:7,rod)",
        "product(rod,spline:50:periodic)",
        "product(spline:20,spline:9:periodic)",
        "replicas(3,line)",
        "replicas(5,spline:20)",
        "product(ellipse,spline:33)",
        "product(product(line,line),spline:17)"
      })
  void solvesForEveryManifold(String spec) {
    Gram gram = WeightManifold.parse(spec).gram();
    for (Storage storage : Storage.values()) {
      solves(spec, gram, new Matrices(1, gram.size(), 40), storage, 0);
      solves(spec, gram, new Matrices(2, gram.size(), 37), storage, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ellipse",
    "line",
    "bezier:2",
    "bezier:3",
    "bezier:6",
    "bezier:7",
    "spline:16",
    "spline:33"
  })
  void solvesForEveryNumberOfColumns(String spec) {
    Gram gram = WeightManifold.parse(spec).gram();
    for (int columns : new int[] {0, 1, 15, 16, 17, 127, 128, 129, 1000, 1023}) {
      for (int matrices : new int[] {0, 1, 3}) {
        solves(spec, gram, new Matrices(matrices, gram.size(), columns), Storage.FLOAT32, 0);
      }
      solves(spec, gram, new Matrices(1, gram.size(), columns), Storage.BFLOAT16, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ellipse", "line", "bezier:2", "bezier:3", "bezier:7", "spline:16", "spline:17"})
  void solvesAtAnyAddress(String spec) {
    Gram gram = WeightManifold.parse(spec).gram();
    for (Storage storage : Storage.values()) {
      for (int off = 1; off < storage.vector(); off++) {
        solves(spec, gram, new Matrices(1, gram.size(), 136), storage, off);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"768, 5", "769, 33", "771, 17", "1000, 33", "1155, 32"})
  void solvesLongSplines(int n, int columns) {
    for (String ends : new String[] {"", ":periodic", ":unclamped"}) {
      String spec = "spline:" + n + ends;
      Gram gram = WeightManifold.parse(spec).gram();
      solves(spec, gram, new Matrices(1, n, columns), Storage.FLOAT32, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"spline:12481", "spline:12487:periodic"})
  void solvesSplinesOfMoreSegmentsThanAWarpCanKeep(String spec) {
    Gram gram = WeightManifold.parse(spec).gram();
    solves(spec, gram, new Matrices(1, gram.size(), 2), Storage.BFLOAT16, 0);
  }

  /** Each block has several tiles and several matrices to do. */
  @ParameterizedTest
  @CsvSource({"ellipse, 17000", "line, 10000", "bezier:4, 2100", "spline:17, 2100"})
  void aSmallDeviceDoesAllTheSame(String spec, int columns) {
    useMultiprocessors(1);
    Gram gram = WeightManifold.parse(spec).gram();
    solves(spec, gram, new Matrices(3, gram.size(), columns), Storage.FLOAT32, 0);
    solves(spec, gram, new Matrices(19, gram.size(), 3), Storage.FLOAT32, 0);
  }

  private void solves(String spec, Gram gram, Matrices shape, Storage storage, int off) {
    String name = "%s, %s, %s, %d off".formatted(spec, shape, storage, off);
    double[] g = Numbers.rounded(storage, draw.normals(shape.count()));
    double[] expected = shape.solved(gram, g);
    DeviceArray inPlace = input(storage, g, off);
    DeviceArray beside = output(storage, shape.count(), off);
    MetricShape metricShape = new MetricShape(shape.matrices(), shape.columns());
    try (MetricFactors metric = MetricFactors.of(driver, gram)) {
      MetricSolve solve = new MetricSolve(kernels);
      solve.solve(
          metric, metricShape, inPlace.address(), beside.address(), storage, Stream.DEFAULT);
      verify(name, output(beside, storage, gram, expected));
      solve.solve(metric, metricShape, inPlace.address(), storage, Stream.DEFAULT);
      verify(name + ", in place", output(inPlace, storage, gram, expected));
    }
  }

  /** A number is made of n products, or of some 8 for every row within reach. */
  private static Output output(DeviceArray array, Storage storage, Gram gram, double[] expected) {
    return new Output(array, storage, expected, gram.size());
  }

  /**
   * Gradients G x of random x lie in the directions in which a solve loses most: its error may be
   * as large as the condition number of G with a diagonal of ones allows.
   */
  @ParameterizedTest
  @CsvSource({
    "spline:64, 20",
    "spline:200, 20",
    "spline:200:periodic, 19",
    "spline:64:unclamped, 45",
    "spline:200:unclamped, 45"
  })
  void errsByTheConditionNumberAtMost(String spec, int scaledCondition) {
    Gram gram = WeightManifold.parse(spec).gram();
    Matrices shape = new Matrices(1, gram.size(), 64);
    double[] g =
        Numbers.rounded(Storage.FLOAT32, shape.times(gram.matrix(), draw.normals(shape.count())));
    double[] expected = shape.solved(gram, g);
    DeviceArray array = input(Storage.FLOAT32, g);
    try (MetricFactors metric = MetricFactors.of(driver, gram)) {
      new MetricSolve(kernels)
          .solve(metric, MetricShape.of(64), array.address(), Storage.FLOAT32, Stream.DEFAULT);
    }
    Output output = new Output(array, Storage.FLOAT32, expected, 1);
    assertThat(output.error()).as("%s, %s", spec, draw).isLessThan(scaledCondition * 0x1p-24 * 4);
  }

  @ParameterizedTest
  @CsvSource({
    "ellipse, 8192, FLOAT32",
    "ellipse, 8192, BFLOAT16",
    "line, 4096, FLOAT32",
    "line, 4096, BFLOAT16",
    "bezier:2, 4096, FLOAT32",
    "bezier:2, 4096, BFLOAT16",
    "bezier:3, 4096, FLOAT32",
    "bezier:3, 4096, BFLOAT16",
    "spline:8, 4096, FLOAT32",
    "spline:8, 4096, BFLOAT16",
    "spline:16, 4096, FLOAT32",
    "spline:16, 4096, BFLOAT16",
    "bezier:6, 4096, FLOAT32",
    "bezier:6, 4096, BFLOAT16",
    "spline-sheet:8x8, 1024, FLOAT32",
    "spline-sheet:8x8, 1024, BFLOAT16",
    "spline:64, 2048, FLOAT32",
    "spline:64, 2048, BFLOAT16",
    "spline:64:periodic, 2048, FLOAT32",
    "spline:64:periodic, 2048, BFLOAT16",
    "spline:200, 512, FLOAT32",
    "spline:200:periodic, 512, FLOAT32",
    "spline:768, 64, FLOAT32"
  })
  void readsAndWritesEachNumberOnce(String spec, int columns, Storage storage) {
    Traffic traffic = traffic(spec, columns, storage, 2);
    assertThat(traffic.movedOverIdeal()).isEqualTo(1);
    assertThat(traffic.sectorsOverFewest()).isEqualTo(1);
    assertThat(traffic.bankConflicts()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "ellipse, 8193, FLOAT32",
    "line, 4097, FLOAT32",
    "line, 4097, BFLOAT16",
    "spline:8, 4099, FLOAT32",
    "spline:16, 4099, FLOAT32",
    "spline-sheet:8x8, 1031, FLOAT32",
    "spline:64, 2053, FLOAT32",
    "spline:64:periodic, 2053, FLOAT32"
  })
  void oddRowsCostATenthMoreAtMost(String spec, int columns, Storage storage) {
    assertThat(traffic(spec, columns, storage, 2).movedOverIdeal()).isLessThan(1.10);
  }

  /** The gradient is read twice then, by the same block: its cache may hold it. */
  @Test
  void longSplinesTouchNothingElse() {
    assertThat(traffic("spline:1000", 64, Storage.FLOAT32, 2).movedOverIdeal()).isEqualTo(1);
  }

  @Test
  void largeProductsAreSolvedOneFactorAtATime() {
    String spec = "product(spline:17,spline:16)";
    assertThat(traffic(spec, 64, Storage.FLOAT32, 4).movedOverIdeal()).isBetween(1.0, 1.1);
  }

  /** Traffic over {@code passes} words for each number, and the factors once for each block. */
  private Traffic traffic(String spec, int columns, Storage storage, int passes) {
    Gram gram = WeightManifold.parse(spec).gram();
    Matrices shape = new Matrices(1, gram.size(), columns);
    double[] g = Numbers.rounded(storage, draw.normals(shape.count()));
    DeviceArray gradient = input(storage, g);
    DeviceArray solution = output(storage, shape.count());
    try (MetricFactors metric = MetricFactors.of(driver, gram)) {
      Runnable solve =
          () ->
              new MetricSolve(kernels)
                  .solve(
                      metric,
                      MetricShape.of(columns),
                      gradient.address(),
                      solution.address(),
                      storage,
                      Stream.DEFAULT);
      solve.run();
      long factors = FactorTraffic.bytes(metric.form(), driver.takeLaunches());
      solve.run();
      return measure(
          "%s x %d, %s".formatted(spec, columns, storage),
          shape.count(),
          (long) passes * shape.count() * storage.bytes() + factors,
          output(solution, storage, gram, shape.solved(gram, g)));
    }
  }

  @Test
  void theIdentityCopiesAndInPlaceLaunchesNothing() {
    Gram gram = WeightManifold.parse("point").gram();
    solves("point", gram, new Matrices(1, 1, 5000), Storage.FLOAT32, 0);
    DeviceArray array = input(Storage.FLOAT32, draw.normals(8));
    try (MetricFactors metric = MetricFactors.of(driver, gram)) {
      MetricSolve solve = new MetricSolve(kernels);
      solve.solve(metric, MetricShape.of(8), array.address(), Storage.FLOAT32, Stream.DEFAULT);
      assertThat(driver.takeLaunches()).isEmpty();
      assertThatThrownBy(
              () -> solve.solve(metric, MetricShape.of(8), 2, Storage.FLOAT32, Stream.DEFAULT))
          .hasMessageContaining("gradient is at address 0x2");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ellipse", "line", "bezier:4", "spline:17", "spline:17:periodic"})
  void reachesPast32BitOffsets(String spec) {
    Gram gram = WeightManifold.parse(spec).gram();
    Matrices shape = new Matrices(1, gram.size(), 16);
    double[] g = draw.normals(shape.count());
    try (PtxDriver wide = FarColumns.wideDevice();
        Kernels wideKernels = new Kernels(wide);
        MetricFactors metric = MetricFactors.of(wide, gram)) {
      FarColumns far = new FarColumns(wide, shape);
      long gradient = far.upload(g);
      long solution = far.upload(new double[shape.count()]);
      MetricShape columns = MetricShape.of(FarColumns.COLUMNS);
      MetricSolve solve = new MetricSolve(wideKernels);
      far.runLastBlocks(
          () -> solve.solve(metric, columns, gradient, solution, Storage.FLOAT32, Stream.DEFAULT));
      assertThat(Errors.relative(far.download(solution), shape.solved(gram, g)))
          .as("%s", draw)
          .isLessThan(1e-6 * Math.sqrt(gram.size()));
      wide.free(gradient);
      wide.free(solution);
    }
  }

  @Test
  void refusesWhatItCannotSolveBeforeAnythingIsLaunched() {
    MetricSolve solve = new MetricSolve(kernels);
    Gram line = WeightManifold.parse("line").gram();
    MetricShape shape = MetricShape.of(8);
    try (MetricFactors metric = MetricFactors.of(driver, line)) {
      assertThatThrownBy(() -> solve.solve(metric, shape, 0, Storage.FLOAT32, Stream.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "kernel metric_dense2_f32_x4: gradient is a null address, expected device memory");
      assertThatThrownBy(() -> solve.solve(metric, shape, 258, Storage.FLOAT32, Stream.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "kernel metric_dense_f32: gradient is at address 0x102, which is no multiple of 4 bytes");
      assertThatThrownBy(() -> solve.solve(metric, shape, 256, 0, Storage.BFLOAT16, Stream.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("solution is a null address, expected device memory");
      MetricShape huge = MetricShape.of(Long.MAX_VALUE / 4);
      assertThatThrownBy(() -> solve.solve(metric, huge, 256, Storage.FLOAT32, Stream.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("columns is 2305843009213693951, must be from 0 to ");
    }
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesTooManyMatrices() {
    MetricSolve solve = new MetricSolve(kernels);
    MetricShape many = new MetricShape(Integer.MAX_VALUE, 1);
    try (MetricFactors ellipse = MetricFactors.of(driver, WeightManifold.parse("ellipse").gram());
        MetricFactors product =
            MetricFactors.of(driver, WeightManifold.parse("product(spline:9,spline:9)").gram())) {
      assertThatThrownBy(() -> solve.solve(ellipse, many, 256, Storage.FLOAT32, Stream.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("matrices * n is 6442450941, must be from 0 to 2147418112");
      assertThatThrownBy(() -> solve.solve(product, many, 256, Storage.FLOAT32, Stream.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "2147483647 matrices of a product whose other factor has 9 basis points: 2147483647"
                  + " together at most");
    }
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"-1, 4", "4, -1"})
  void refusesNegativeSizes(int matrices, long columns) {
    assertThatThrownBy(() -> new MetricShape(matrices, columns))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("neither may be negative");
  }

  @Test
  void refusesDenseMatricesOfMoreThan64BasisPoints() {
    double[][] matrix = new double[65][65];
    for (int k = 0; k < 65; k++) {
      matrix[k][k] = 2;
      matrix[k][64 - k] = k == 32 ? 2 : 1;
    }
    assertThatThrownBy(() -> MetricFactors.of(driver, DenseGram.of(matrix)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a dense Gram matrix of 65 basis points, kernels take up to 64");
  }

  @Test
  void closedFactorsGiveTheirMemoryBackAndAreRefused() {
    MetricFactors metric =
        MetricFactors.of(driver, WeightManifold.parse("product(line,spline:40)").gram());
    assertThat(metric.size()).isEqualTo(80);
    assertThat(driver.bytesInUse()).isPositive();
    metric.close();
    metric.close();
    assertThat(driver.bytesInUse()).isZero();
    assertThatThrownBy(
            () ->
                new MetricSolve(kernels)
                    .solve(metric, MetricShape.of(1), 256, Storage.FLOAT32, Stream.DEFAULT))
        .isInstanceOf(IllegalStateException.class);
  }
}
