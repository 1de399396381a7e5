package io.loxodrome.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.Problem;
import io.loxodrome.nn.Sequential;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptimizerTest {
  private static final Sgd.Settings PLAIN = Sgd.Settings.defaults().withMomentum(0);

  private final Device device = Device.open("reference:float64");
  private final Problem problem = new Problem(device, 6, Shape.of(4), 1, 3);

  @AfterEach
  void everythingIsFreed() {
    problem.close();
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  private Layer network(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    Initialization initialization = new Initialization(8);
    return Sequential.of(
        ManifoldLinear.initialized(
            device, "one", manifold, new Linear(4, 5, Activation.RELU), initialization),
        ManifoldLinear.initialized(
            device, "two", manifold, new Linear(5, 3, Activation.NONE), initialization));
  }

  private static List<double[]> values(Layer network) {
    return network.parameters().stream().map(parameter -> parameter.basis().toDoubles()).toList();
  }

  private static List<double[]> gradients(Layer network) {
    return network.parameters().stream()
        .map(parameter -> parameter.variable().gradient().toDoubles())
        .toList();
  }

  /** The root of the sum over all parameters and columns of tr(d^T m d). */
  private static double length(
      Layer network, List<double[]> vectors, Function<Parameter, double[][]> metric) {
    double sum = 0;
    for (int i = 0; i < vectors.size(); i++) {
      Parameter parameter = network.parameters().get(i);
      int n = parameter.manifold().basisSize();
      double[][] m = metric.apply(parameter);
      for (int column = 0; column < vectors.get(i).length / n; column++) {
        sum += Matrices.quadratic(m, Matrices.column(vectors.get(i), n, column));
      }
    }
    return Math.sqrt(sum);
  }

  private static List<double[]> differences(List<double[]> one, List<double[]> other) {
    List<double[]> result = new ArrayList<>();
    for (int i = 0; i < one.size(); i++) {
      double[] difference = one.get(i).clone();
      for (int e = 0; e < difference.length; e++) {
        difference[e] -= other.get(i)[e];
      }
      result.add(difference);
    }
    return result;
  }

  private double stepLength(Layer network, Optimizer optimizer) {
    List<double[]> before = values(network);
    problem.backward(network);
    optimizer.step();
    return length(
        network, differences(values(network), before), parameter -> parameter.gram().matrix());
  }

  @ParameterizedTest
  @ValueSource(strings = {"point", "line", "rod", "ellipse", "spline:6"})
  void plainStepIsTheRescaledGradient(String spec) {
    try (Layer network = network(spec);
        Sgd sgd = new Sgd(device, network.parameters(), PLAIN.withLearningRate(0.5))) {
      List<double[]> before = values(network);
      problem.backward(network);
      List<double[]> gradients = gradients(network);
      sgd.step();
      List<double[]> moved = differences(values(network), before);
      for (int i = 0; i < moved.size(); i++) {
        Parameter parameter = network.parameters().get(i);
        int n = parameter.manifold().basisSize();
        for (int column = 0; column < moved.get(i).length / n; column++) {
          double[] g = Matrices.column(gradients.get(i), n, column);
          double[] expected = Matrices.apply(parameter.gram().inverse(), g);
          double[] step = Matrices.column(moved.get(i), n, column);
          for (int k = 0; k < n; k++) {
            assertThat(step[k]).isCloseTo(-0.5 * expected[k], within(1e-12));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"line", "rod", "ellipse", "spline:6"})
  void constrainedStepIsAsLongAsTheLearningRate(String spec) {
    try (Layer network = network(spec);
        Sgd sgd =
            new Sgd(
                device,
                network.parameters(),
                PLAIN.withLearningRate(0.07).withScaling(new GradientScaling.Constrained()))) {
      assertThat(stepLength(network, sgd)).isCloseTo(0.07, within(1e-13));
      sgd.setLearningRate(0.002);
      assertThat(stepLength(network, sgd)).isCloseTo(0.002, within(1e-14));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"line", "rod", "ellipse", "spline:6"})
  void clippingReachesItsLengthExactlyAndLeavesShorterGradientsAlone(String spec) {
    try (Layer network = network(spec)) {
      problem.backward(network);
      double norm = length(network, gradients(network), parameter -> parameter.gram().inverse());
      Sgd.Settings settings = PLAIN.withLearningRate(0.01);
      try (Sgd sgd =
          new Sgd(
              device,
              network.parameters(),
              settings.withScaling(new GradientScaling.Clipped(norm / 3)))) {
        assertThat(sgd.gradientNorm()).isCloseTo(norm, within(1e-12 * norm));
        assertThat(stepLength(network, sgd)).isCloseTo(0.01 * norm / 3, within(1e-12));
      }
    }
    try (Layer one = network(spec);
        Layer other = network(spec);
        Sgd free = new Sgd(device, one.parameters(), PLAIN);
        Sgd clipped =
            new Sgd(
                device, other.parameters(), PLAIN.withScaling(new GradientScaling.Clipped(1e6)))) {
      stepLength(one, free);
      stepLength(other, clipped);
      assertSameBits(one, other);
    }
  }

  @Test
  void adamSeesTheClippedGradient() {
    Adam.Settings settings =
        Adam.Settings.adam().withEpsilon(1).withScaling(new GradientScaling.Clipped(1e-9));
    try (Layer network = network("ellipse");
        Adam adam = new Adam(device, network.parameters(), settings)) {
      assertThat(stepLength(network, adam)).isBetween(1e-14, 1e-11);
    }
  }

  @Test
  void zeroGradientMakesNoConstrainedStep() {
    try (Layer network = network("line");
        Sgd sgd =
            new Sgd(
                device,
                network.parameters(),
                PLAIN.withScaling(new GradientScaling.Constrained()))) {
      problem.backward(network);
      for (Parameter parameter : network.parameters()) {
        device.operators().elementwise().fill(parameter.variable().gradient(), 0);
      }
      List<double[]> before = values(network);
      sgd.step();
      assertThat(values(network)).usingRecursiveComparison().isEqualTo(before);
    }
  }

  private interface Factory {
    Optimizer create(Device device, List<Parameter> parameters);
  }

  static Stream<Factory> optimizers() {
    return Stream.of(
        (device, parameters) -> new Sgd(device, parameters, Sgd.Settings.defaults()),
        (device, parameters) ->
            new Sgd(
                device, parameters, Sgd.Settings.defaults().withNesterov().withWeightDecay(0.01)),
        (device, parameters) -> new Adam(device, parameters, Adam.Settings.adam()),
        (device, parameters) ->
            new Adam(device, parameters, Adam.Settings.adamW().withForm(AdamStep.Form.PAPER)));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void resumedCourseHasTheSameBits(Factory factory) {
    try (Layer through = network("ellipse");
        Layer resumed = network("ellipse");
        Optimizer one = factory.create(device, through.parameters());
        Optimizer two = factory.create(device, resumed.parameters())) {
      train(through, one, 3);
      copy(through, resumed);
      one.state().forEach((name, tensor) -> write(tensor, two.state().get(name)));
      two.resume(one.steps());
      train(through, one, 3);
      train(resumed, two, 3);
      assertSameBits(through, resumed);
      assertThat(two.steps()).isEqualTo(6);
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void lossFallsAndFrozenPointsStay(Factory factory) {
    try (Layer network = network("rod");
        Optimizer optimizer = factory.create(device, network.parameters())) {
      optimizer.setLearningRate(0.03);
      List<double[]> before = values(network);
      double loss = problem.backward(network);
      train(network, optimizer, 20);
      assertThat(problem.loss(network)).isLessThan(0.9 * loss);
      List<double[]> after = values(network);
      for (int i = 0; i < after.size(); i++) {
        int half = after.get(i).length / 2;
        for (int e = 0; e < half; e++) {
          assertThat(after.get(i)[e]).isEqualTo(before.get(i)[e]);
        }
      }
      assertThat(after.get(0)[after.get(0).length - 1])
          .isNotEqualTo(before.get(0)[after.get(0).length - 1]);
    }
  }

  /** How far the first weight moves in two steps along gradients filled with these numbers. */
  private double moveOfTheFirstWeight(
      String spec, Factory factory, double firstGradient, double secondGradient) {
    try (Layer network = network(spec);
        Optimizer optimizer = factory.create(device, network.parameters())) {
      double before = values(network).get(0)[0];
      for (double value : new double[] {firstGradient, secondGradient}) {
        problem.backward(network);
        for (Parameter parameter : network.parameters()) {
          device.operators().elementwise().fill(parameter.variable().gradient(), value);
        }
        optimizer.step();
      }
      return values(network).get(0)[0] - before;
    }
  }

  @Test
  void momentumRemembersTheStepBefore() {
    Sgd.Settings settings = Sgd.Settings.defaults().withLearningRate(0.1).withMomentum(0.8);
    // On the line G^-1 (1, 1) = (2, 2): r = 2, then 6; v = 2, then 7.6.
    assertThat(moveOfTheFirstWeight("line", (d, p) -> new Sgd(d, p, settings), 1, 3))
        .isCloseTo(-0.1 * (2 + 7.6), within(1e-13));
    assertThat(moveOfTheFirstWeight("line", (d, p) -> new Sgd(d, p, settings.withNesterov()), 1, 3))
        .isCloseTo(-0.1 * ((2 + 0.8 * 2) + (6 + 0.8 * 7.6)), within(1e-13));
  }

  @Test
  void adamFollowsItsMoments() {
    Adam.Settings settings = Adam.Settings.adam().withBetas(0.8, 0.6).withEpsilon(0.5);
    double first = 1 / (1 + 0.5);
    double mean = (0.8 * 0.2 + 0.2 * 3) / (1 - 0.8 * 0.8);
    double square = (0.6 * 0.4 + 0.4 * 9) / (1 - 0.6 * 0.6);
    double second = mean / (Math.sqrt(square) + 0.5);
    assertThat(moveOfTheFirstWeight("point", (d, p) -> new Adam(d, p, settings), 1, 3))
        .isCloseTo(-0.001 * (first + second), within(1e-15));
  }

  @Test
  void learningRateMayChangeBetweenSteps() {
    try (Layer network = network("line");
        Sgd sgd = new Sgd(device, network.parameters(), Sgd.Settings.defaults())) {
      assertThat(sgd.learningRate()).isEqualTo(0.01);
      sgd.setLearningRate(0);
      List<double[]> before = values(network);
      train(network, sgd, 2);
      assertThat(values(network)).usingRecursiveComparison().isEqualTo(before);
      sgd.setLearningRate(0.1);
      train(network, sgd, 1);
      assertThat(values(network)).usingRecursiveComparison().isNotEqualTo(before);
    }
  }

  @Test
  void weightDecayShrinksWhatHasNoGradientOfItsOwn() {
    Sgd.Settings sgd = PLAIN.withLearningRate(0.5).withWeightDecay(0.2);
    Adam.Settings adam = Adam.Settings.adam().withLearningRate(0.5).withWeightDecay(0.2);
    List<Factory> factories = List.of((d, p) -> new Sgd(d, p, sgd), (d, p) -> new Adam(d, p, adam));
    for (Factory factory : factories) {
      try (Layer network = network("line");
          Optimizer optimizer = factory.create(device, network.parameters())) {
        problem.backward(network);
        Parameter first = network.parameters().get(0);
        device.operators().elementwise().fill(first.variable().gradient(), 0);
        double[] before = first.basis().toDoubles();
        optimizer.step();
        double[] after = first.basis().toDoubles();
        for (int e = 0; e < before.length; e++) {
          assertThat(after[e]).isCloseTo(0.9 * before[e], within(1e-15));
        }
      }
    }
  }

  @Test
  void stateIsNamedByParameterAndKindInOrder() {
    try (Layer network = network("line");
        Sgd sgd = new Sgd(device, network.parameters(), Sgd.Settings.defaults());
        Adam adam = new Adam(device, network.parameters(), Adam.Settings.adam())) {
      assertThat(sgd.state().keySet())
          .containsExactly(
              "one.weight.velocity",
              "one.bias.velocity",
              "two.weight.velocity",
              "two.bias.velocity");
      assertThat(adam.state()).hasSize(8).containsKeys("one.weight.first", "one.weight.second");
      Tensor first = Objects.requireNonNull(adam.state().get("one.weight.first"));
      assertThat(first.shape()).isEqualTo(Shape.of(2, 5, 4));
    }
  }

  @Test
  void sharedParameterMovesOnce() {
    try (Layer network = network("line");
        Layer other = network("line");
        Sgd sgd = new Sgd(device, network.parameters(), PLAIN);
        Sgd doubled =
            new Sgd(
                device,
                Stream.concat(other.parameters().stream(), other.parameters().stream()).toList(),
                PLAIN)) {
      train(network, sgd, 1);
      train(other, doubled, 1);
      assertSameBits(network, other);
    }
  }

  @Test
  void twoParametersOfOneNameAreRefused() {
    try (Layer one = network("line");
        Layer other = network("line")) {
      List<Parameter> both = Sequential.of(one, other).parameters();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Sgd(device, both, PLAIN))
          .withMessageContaining("two parameters are named one.weight");
    }
  }

  @Test
  void stepWithoutAGradientIsRefusedAndMovesNothing() {
    try (Layer network = network("line");
        Sgd sgd = new Sgd(device, network.parameters(), PLAIN)) {
      problem.backward(network);
      network.parameters().get(3).variable().discardGradient();
      List<double[]> before = values(network);
      assertThatIllegalStateException()
          .isThrownBy(sgd::step)
          .withMessageContaining("two.bias has no gradient");
      assertThat(values(network)).usingRecursiveComparison().isEqualTo(before);
      assertThat(sgd.steps()).isZero();
    }
  }

  @Test
  void oneGradientServesOneStep() {
    try (Layer network = network("line");
        Sgd sgd = new Sgd(device, network.parameters(), PLAIN)) {
      train(network, sgd, 1);
      assertThatIllegalStateException().isThrownBy(sgd::step);
    }
  }

  @Test
  void gradientThatIsNotFiniteCannotBeClipped() {
    try (Layer network = network("line");
        Sgd sgd =
            new Sgd(
                device, network.parameters(), PLAIN.withScaling(new GradientScaling.Clipped(1)))) {
      problem.backward(network);
      Tensor gradient = network.parameters().get(2).variable().gradient();
      device.operators().elementwise().fill(gradient, Double.NaN);
      List<double[]> before = values(network);
      assertThatExceptionOfType(ArithmeticException.class)
          .isThrownBy(sgd::step)
          .withMessageContaining("two.weight")
          .withMessageContaining("NaN");
      assertThat(values(network)).usingRecursiveComparison().isEqualTo(before);
    }
  }

  private void train(Layer network, Optimizer optimizer, int steps) {
    for (int i = 0; i < steps; i++) {
      problem.backward(network);
      optimizer.step();
    }
  }

  private static void copy(Layer from, Layer to) {
    for (int i = 0; i < from.parameters().size(); i++) {
      write(from.parameters().get(i).basis(), to.parameters().get(i).basis());
    }
  }

  private static void write(Tensor from, @Nullable Tensor to) {
    assertThat(to).isNotNull();
    Objects.requireNonNull(to).write(from.toDoubles());
  }

  private static void assertSameBits(Layer one, Layer other) {
    List<double[]> expected = values(other);
    List<double[]> actual = values(one);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).containsExactly(expected.get(i));
    }
  }
}
