package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Errors;
import io.loxodrome.ptx.PtxDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FusedOptimizerTest extends KernelTest {
  /** The steps there are, and how many words each moves for a number. */
  private enum Rule {
    HEAVY_BALL(5),
    NESTEROV(5),
    ADAM(7),
    WHITENED_ADAM(7);

    final int words;

    Rule(int words) {
      this.words = words;
    }
  }

  private static final SgdNumbers SGD =
      new SgdNumbers(0.3, 0.9, SgdNumbers.Rule.HEAVY_BALL, 0.1, 0.7);
  private static final SgdNumbers NESTEROV =
      new SgdNumbers(0.3, 0.9, SgdNumbers.Rule.NESTEROV, 0.1, 0.7);
  private static final AdamNumbers ADAM = new AdamNumbers(0.3, 0.9, 0.99, 1e-3, 0.1, 0.7, 3);

  /** Each form the metric has, at sizes on both sides of every limit. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "point",
        "line",
        "rod",
        "ellipse",
        "fourier:20",
        "sphere:2",
        "torus",
        "sheet",
        "bezier:2",
        "bezier:3",
        "bezier:4",
        "bezier:7",
        "bezier:8",
        "spline:4",
        "spline:16",
        "spline:16:periodic",
        "spline:16:unclamped",
        "spline:17",
        "spline:18:periodic",
        "spline:33:unclamped",
        "spline:64",
        "spline:200",
        "spline:200:periodic",
        "spline:200:unclamped",
        "spline-sheet:8x8",
        "product(rod,ellipse)",
        "product(rod,spline:8)",
        "product(spline:7,rod)",
        "replicas(3,spline:5)",
        "replicas(5,spline:20)"
      })
  void stepsOnEveryManifold(String spec) {
    for (Rule rule : new Rule[] {Rule.NESTEROV, Rule.ADAM, Rule.WHITENED_ADAM}) {
      steps(rule, new OptimizerProblem(draw, spec, 1, 24, Storage.FLOAT32), 0);
      steps(rule, new OptimizerProblem(draw, spec, 2, 21, Storage.FLOAT32), 0);
      steps(rule, new OptimizerProblem(draw, spec, 2, 20, Storage.BFLOAT16), 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"point", "line", "bezier:4", "spline:8", "spline:17"})
  void stepsForEveryNumberOfColumns(String spec) {
    for (Rule rule : Rule.values()) {
      for (int columns : new int[] {0, 1, 15, 16, 17, 127, 128, 129, 1000, 1023}) {
        steps(rule, new OptimizerProblem(draw, spec, 1, columns, Storage.FLOAT32), 0);
      }
      steps(rule, new OptimizerProblem(draw, spec, 0, 5, Storage.FLOAT32), 0);
      steps(rule, new OptimizerProblem(draw, spec, 3, 132, Storage.BFLOAT16), 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ellipse", "line", "bezier:4", "spline:17:periodic"})
  void stepsAtAnyAddress(String spec) {
    for (Rule rule : Rule.values()) {
      for (Storage storage : Storage.values()) {
        for (int off = 1; off < 4; off++) {
          steps(rule, new OptimizerProblem(draw, spec, 1, 136, storage), off);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"768, 5", "769, 33"})
  void stepsOnLongSplines(int n, int columns) {
    for (String ends : new String[] {"", ":periodic"}) {
      for (Rule rule : new Rule[] {Rule.HEAVY_BALL, Rule.ADAM, Rule.WHITENED_ADAM}) {
        String spec = "spline:" + n + ends;
        steps(rule, new OptimizerProblem(draw, spec, 1, columns, Storage.FLOAT32), 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "product(rod,spline:50:periodic)",
        "product(spline:20,spline:9:periodic)",
        "product(rod,product(spline:9,spline:9))"
      })
  void solvesLargeProductsBeforehand(String spec) {
    for (Rule rule : new Rule[] {Rule.HEAVY_BALL, Rule.ADAM}) {
      for (int columns : new int[] {24, 37}) {
        steps(rule, new OptimizerProblem(draw, spec, 2, columns, Storage.FLOAT32), 0);
      }
    }
  }

  /** The solution is kept in the gradient's own storage between the passes. */
  @Test
  void largeProductsRoundTheSolutionToTheGradientsStorage() {
    OptimizerProblem problem =
        new OptimizerProblem(draw, "product(spline:9,spline:9)", 1, 40, Storage.BFLOAT16);
    Operands operands = new Operands(problem, 0);
    run(Rule.HEAVY_BALL, problem, operands);
    double[][] expected = expected(Rule.HEAVY_BALL, problem);
    assertThat(Errors.relative(Numbers.values(Storage.FLOAT32, operands.first.read()), expected[1]))
        .as("%s, %s", problem, draw)
        .isLessThan(1e-2);
  }

  private void steps(Rule rule, OptimizerProblem problem, int off) {
    Operands operands = new Operands(problem, off);
    run(rule, problem, operands);
    String name = "%s, %s, %d off".formatted(rule, problem, off);
    verify(name, operands.outputs(rule, problem));
  }

  private void run(Rule rule, OptimizerProblem problem, Operands operands) {
    try (MetricFactors metric = MetricFactors.of(driver, problem.gram)) {
      run(rule, metric, problem, operands);
    }
  }

  private void run(Rule rule, MetricFactors metric, OptimizerProblem problem, Operands operands) {
    FusedOptimizer optimizer = new FusedOptimizer(kernels);
    MetricShape shape = new MetricShape(problem.shape.matrices(), problem.shape.columns());
    long basis = operands.basis.address();
    long gradient = operands.gradient.address();
    long first = operands.first.address();
    long second = operands.second.address();
    Storage storage = problem.storage;
    Stream stream = Stream.DEFAULT;
    switch (rule) {
      case HEAVY_BALL -> optimizer.sgd(SGD, metric, shape, basis, gradient, storage, first, stream);
      case NESTEROV ->
          optimizer.sgd(NESTEROV, metric, shape, basis, gradient, storage, first, stream);
      case ADAM ->
          optimizer.adam(ADAM, metric, shape, basis, gradient, storage, first, second, stream);
      case WHITENED_ADAM ->
          optimizer.whitenedAdam(
              ADAM, metric, shape, basis, gradient, storage, first, second, stream);
    }
  }

  private static double[][] expected(Rule rule, OptimizerProblem problem) {
    return switch (rule) {
      case HEAVY_BALL -> problem.sgd(SGD);
      case NESTEROV -> problem.sgd(NESTEROV);
      case ADAM -> problem.adam(ADAM);
      case WHITENED_ADAM -> problem.whitenedAdam(ADAM);
    };
  }

  /** A problem's arrays on the device. */
  private final class Operands {
    final DeviceArray basis;
    final DeviceArray gradient;
    final DeviceArray first;
    final DeviceArray second;
    private final int terms;

    Operands(OptimizerProblem problem, int off) {
      basis = input(Storage.FLOAT32, problem.basis, off);
      gradient = input(problem.storage, problem.gradient, off);
      first = input(Storage.FLOAT32, problem.first, off);
      second = input(Storage.FLOAT32, problem.second, off);
      terms = problem.gram.size() + 3;
    }

    /** P and v, or P, m and u. */
    Output[] outputs(Rule rule, OptimizerProblem problem) {
      double[][] expected = expected(rule, problem);
      double bound = Output.bound(Storage.FLOAT32, terms);
      double[][] rounded = expected(rule, problem.rounded(draw, bound));
      DeviceArray[] arrays = {basis, first, second};
      Output[] outputs = new Output[expected.length];
      for (int i = 0; i < outputs.length; i++) {
        outputs[i] =
            new Output(arrays[i], Storage.FLOAT32, expected[i], terms).orAsFarAs(rounded[i]);
      }
      return outputs;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "point, 8192, FLOAT32",
    "point, 8192, BFLOAT16",
    "ellipse, 4096, FLOAT32",
    "line, 2048, FLOAT32",
    "line, 2048, BFLOAT16",
    "rod, 2048, FLOAT32",
    "'product(rod,spline:8)', 256, FLOAT32",
    "'product(rod,spline:4)', 512, BFLOAT16",
    "bezier:2, 2048, FLOAT32",
    "bezier:3, 2048, FLOAT32",
    "spline:8, 2048, FLOAT32",
    "spline:8, 2048, BFLOAT16",
    "spline:16, 2048, FLOAT32",
    "spline:16, 2048, BFLOAT16",
    "bezier:6, 1024, FLOAT32",
    "spline-sheet:8x8, 256, FLOAT32",
    "spline:64, 512, FLOAT32",
    "spline:64:periodic, 512, FLOAT32",
    "spline:200, 128, FLOAT32",
    "spline:200:periodic, 128, FLOAT32"
  })
  void movesNoMoreThanTheOperands(String spec, int columns, Storage storage) {
    for (Rule rule : Rule.values()) {
      Traffic traffic = traffic(rule, new OptimizerProblem(draw, spec, 1, columns, storage));
      assertThat(traffic.movedOverIdeal()).as("%s", rule).isEqualTo(1);
      assertThat(traffic.sectorsOverFewest()).as("%s", rule).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "point, 8195",
    "line, 2051",
    "spline:8, 2051",
    "spline-sheet:8x8, 263",
    "spline:64, 517",
    "spline:64:periodic, 517"
  })
  void oddRowsCostATenthMoreAtMost(String spec, int columns) {
    for (Rule rule : Rule.values()) {
      Traffic traffic =
          traffic(rule, new OptimizerProblem(draw, spec, 1, columns, Storage.FLOAT32));
      assertThat(traffic.movedOverIdeal()).as("%s", rule).isLessThan(1.10);
    }
  }

  /** The gradient is read twice then, by the same block: its cache may hold it. */
  @Test
  void longSplinesTouchNothingElse() {
    for (Rule rule : Rule.values()) {
      OptimizerProblem problem = new OptimizerProblem(draw, "spline:800", 1, 64, Storage.FLOAT32);
      assertThat(traffic(rule, problem).movedOverIdeal()).as("%s", rule).isEqualTo(1);
    }
  }

  /** Traffic over a rule's words for each number that moves, and the factors for each block. */
  private Traffic traffic(Rule rule, OptimizerProblem problem) {
    try (MetricFactors metric = MetricFactors.of(driver, problem.gram)) {
      run(rule, metric, problem, new Operands(problem, 0));
      long factors = FactorTraffic.bytes(metric.form(), driver.takeLaunches());
      Operands operands = new Operands(problem, 0);
      run(rule, metric, problem, operands);
      long perNumber = (rule.words - 1) * (long) Float.BYTES + problem.storage.bytes();
      return measure(
          "%s, %s x %d, g in %s"
              .formatted(rule, problem.spec, problem.shape.columns(), problem.storage),
          problem.shape.count(),
          perNumber * problem.moving().length + factors,
          operands.outputs(rule, problem));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ellipse", "line", "bezier:4", "spline:17", "spline:17:periodic"})
  void reachesPast32BitOffsets(String spec) {
    OptimizerProblem problem = new OptimizerProblem(draw, spec, 1, 16, Storage.FLOAT32);
    double[][] expected = problem.adam(ADAM);
    try (PtxDriver wide = FarColumns.wideDevice();
        Kernels wideKernels = new Kernels(wide);
        MetricFactors metric = MetricFactors.of(wide, problem.gram)) {
      FarColumns far = new FarColumns(wide, problem.shape);
      long basis = far.upload(problem.basis);
      long gradient = far.upload(problem.gradient);
      long first = far.upload(problem.first);
      long second = far.upload(problem.second);
      MetricShape columns = MetricShape.of(FarColumns.COLUMNS);
      FusedOptimizer optimizer = new FusedOptimizer(wideKernels);
      far.runLastBlocks(
          () ->
              optimizer.adam(
                  ADAM,
                  metric,
                  columns,
                  basis,
                  gradient,
                  problem.storage,
                  first,
                  second,
                  Stream.DEFAULT));
      long[] addresses = {basis, first, second};
      for (int i = 0; i < addresses.length; i++) {
        assertThat(Errors.relative(far.download(addresses[i]), expected[i]))
            .as("array %d, %s", i, draw)
            .isLessThan(1e-6 * Math.sqrt(problem.gram.size() + 3));
        wide.free(addresses[i]);
      }
      wide.free(gradient);
    }
  }

  @Test
  void refusesBadArgumentsBeforeAnythingIsLaunched() {
    FusedOptimizer optimizer = new FusedOptimizer(kernels);
    MetricShape shape = MetricShape.of(8);
    Storage storage = Storage.FLOAT32;
    Stream stream = Stream.DEFAULT;
    try (MetricFactors line = MetricFactors.of(driver, WeightManifold.parse("line").gram());
        MetricFactors product =
            MetricFactors.of(driver, WeightManifold.parse("spline-sheet:9x9").gram())) {
      assertThatThrownBy(() -> optimizer.sgd(SGD, line, shape, 0, 256, storage, 512, stream))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("basis is a null address, expected device memory");
      assertThatThrownBy(() -> optimizer.sgd(SGD, line, shape, 256, 512, storage, 1026, stream))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "kernel sgd_dense_f32: velocity is at address 0x402, which is no multiple of 4 bytes");
      assertThatThrownBy(() -> optimizer.sgd(SGD, product, shape, 256, 512, storage, 0, stream))
          .as("the step's operands are looked at before the gradient is solved")
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("velocity is a null address, expected device memory");
      assertThatThrownBy(
              () -> optimizer.adam(ADAM, line, shape, 256, 512, storage, 0, 1024, stream))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("first is a null address, expected device memory");
      assertThatThrownBy(
              () -> optimizer.adam(ADAM, line, shape, 256, 512, storage, 1024, 1, stream))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("second is at address 0x1");
      assertThatThrownBy(
              () ->
                  optimizer.whitenedAdam(
                      ADAM, product, shape, 256, 512, storage, 1024, 2048, stream))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("whitened Adam on a product of 81 basis points: kernels whiten")
          .hasMessageEndingWith("use the paper's form of Adam there");
    }
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, 0.9, 0, 1, learning rate is NaN",
    "1, 1, 0, 1, 'momentum is 1.0, must be in [0, 1)'",
    "1, -0.1, 0, 1, momentum is -0.1",
    "1, 0.9, -1, 1, 'decay is -1.0, must be at least 0'",
    "1, 0.9, 0, Infinity, scale is Infinity"
  })
  void refusesSgdNumbersOutOfRange(
      double learningRate, double momentum, double decay, double scale, String message) {
    assertThatThrownBy(
            () -> new SgdNumbers(learningRate, momentum, SgdNumbers.Rule.NESTEROV, decay, scale))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0.9, 1e-8, 1, 'beta1 is 1.0'",
    "0.9, 1, 1e-8, 1, 'beta2 is 1.0'",
    "0.9, 0.9, 0, 1, 'epsilon is 0.0, must be positive'",
    "0.9, 0.9, 1e-50, 1, 'epsilon is 1.0E-50, must be positive in single precision'",
    "0.9, 0.9, 1e-8, 0, 'count is 0, must be at least 1'"
  })
  void refusesAdamNumbersOutOfRange(
      double beta1, double beta2, double epsilon, long count, String message) {
    assertThatThrownBy(() -> new AdamNumbers(1, beta1, beta2, epsilon, 0, 1, count))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
