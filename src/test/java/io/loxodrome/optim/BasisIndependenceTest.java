package io.loxodrome.optim;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.manifold.DenseGram;
import io.loxodrome.manifold.Gram;
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
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same curve in the basis a' = T a, P' = T^-T P has the metric T G T^T, and must move the same:
 * W(s) is compared after several steps from one start, at places no example was at.
 *
 * <p>SGD is held to it for any invertible T; whitened Adam, being elementwise in R P, for the T
 * that keep R P itself: lower triangular with a positive diagonal, by the uniqueness of the
 * Cholesky factor. With frozen points T must not mix them into the free ones.
 */
class BasisIndependenceTest {
  private static final int STEPS = 6;
  private static final int PLACES = 12;

  private final Device device = Device.open("reference:float64");

  @AfterEach
  void closeDevice() {
    device.close();
  }

  static Stream<String> specs() {
    return Stream.of(
        "point",
        "line",
        "ellipse",
        "fourier:2",
        "bezier:3",
        "spline:8",
        "spline:6:periodic",
        "spline:5:unclamped",
        "torus",
        "sheet",
        "spline-sheet:4x5",
        "sphere:1",
        "sphere:2",
        "product(line,ellipse)");
  }

  static Stream<Sgd.Settings> sgd() {
    Sgd.Settings heavyBall = Sgd.Settings.defaults().withLearningRate(0.05);
    return Stream.of(
        heavyBall.withWeightDecay(0.1),
        heavyBall.withNesterov().withScaling(new GradientScaling.Clipped(0.3)),
        heavyBall.withMomentum(0).withScaling(new GradientScaling.Constrained()));
  }

  private static Adam.Settings whitened() {
    return Adam.Settings.adamW().withLearningRate(0.01).withEpsilon(1e-4);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void sgdMovesTheCurveTheSameInAnyBasis(String spec) {
    int n = WeightManifold.parse(spec).basisSize();
    double[][] transform = Matrices.product(lower(n, 1), Matrices.transpose(lower(n, 2)));
    sgd()
        .forEach(
            settings ->
                assertSame(
                    spec,
                    transform,
                    transformed(spec, transform),
                    network -> new Sgd(device, network.parameters(), settings)));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void whitenedAdamMovesTheCurveTheSameInTriangularBases(String spec) {
    double[][] transform = lower(WeightManifold.parse(spec).basisSize(), 3);
    assertSame(
        spec,
        transform,
        transformed(spec, transform),
        network -> new Adam(device, network.parameters(), whitened()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rod", "product(rod,ellipse)"})
  void frozenPointsStayFrozenInAnyBasisThatKeepsThemApart(String spec) {
    double[][] transform = keepingTheRod(spec.equals("rod") ? 1 : 3);
    Gram unchanged = WeightManifold.parse(spec).gram();
    sgd()
        .map(settings -> settings.withWeightDecay(0))
        .forEach(
            settings ->
                assertSame(
                    spec,
                    transform,
                    unchanged,
                    network -> new Sgd(device, network.parameters(), settings)));
    assertSame(
        spec,
        transform,
        unchanged,
        network -> new Adam(device, network.parameters(), whitened().withWeightDecay(0)));
  }

  /** [1.5 0.4; 0 1] (x) I: a'_2 = a_2, so that the metric of the free points is what it was. */
  private static double[][] keepingTheRod(int copies) {
    double[][] result = Matrices.identity(2 * copies);
    for (int i = 0; i < copies; i++) {
      result[i][i] = 1.5;
      result[i][copies + i] = 0.4;
    }
    return result;
  }

  @ParameterizedTest
  @ValueSource(strings = {"line", "bezier:3", "spline:8", "sheet"})
  void paperAdamDependsOnTheBasisWhereTheMetricIsNotDiagonal(String spec) {
    double[][] transform = lower(WeightManifold.parse(spec).basisSize(), 3);
    Adam.Settings paper = whitened().withForm(AdamStep.Form.PAPER);
    double difference =
        relativeDifference(
            spec,
            transform,
            transformed(spec, transform),
            network -> new Adam(device, network.parameters(), paper));
    assertThat(difference).isGreaterThan(1e-2);
  }

  @Test
  void whitenedAdamDependsOnABasisThatTurnsTheWhitening() {
    double[][] transform = Matrices.transpose(lower(3, 3));
    double difference =
        relativeDifference(
            "ellipse",
            transform,
            transformed("ellipse", transform),
            network -> new Adam(device, network.parameters(), whitened()));
    assertThat(difference).isGreaterThan(1e-2);
  }

  @Test
  void sgdBlindToTheMetricDependsOnTheBasis() {
    double[][] transform = lower(2, 3);
    Gram blind = DenseGram.of(Matrices.identity(2));
    double difference =
        relativeDifference(
            "line",
            transform,
            blind,
            network -> new Sgd(device, network.parameters(), Sgd.Settings.defaults()));
    assertThat(difference).isGreaterThan(1e-2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ellipse", "sphere:1", "torus"})
  void paperAdamDoesNotSeeADiagonalMetric(String spec) {
    Adam.Settings paper =
        Adam.Settings.adam()
            .withLearningRate(0.01)
            .withForm(AdamStep.Form.PAPER)
            .withEpsilon(1e-15);
    int n = WeightManifold.parse(spec).basisSize();
    double difference =
        relativeDifference(
            spec,
            Matrices.identity(n),
            DenseGram.of(Matrices.identity(n)),
            network -> new Adam(device, network.parameters(), paper));
    assertThat(difference).isLessThan(1e-9);
  }

  private void assertSame(
      String spec, double[][] transform, Gram metric, Function<Layer, Optimizer> optimizer) {
    assertThat(relativeDifference(spec, transform, metric, optimizer)).isLessThan(1e-9);
  }

  /** T G T^T. */
  private static Gram transformed(String spec, double[][] transform) {
    double[][] gram = WeightManifold.parse(spec).gram().matrix();
    return DenseGram.of(
        Matrices.product(Matrices.product(transform, gram), Matrices.transpose(transform)));
  }

  /** Lower triangular, 0.7 to 1.3 on its diagonal, up to 0.4 / sqrt(n) below it. */
  private static double[][] lower(int n, long stream) {
    double[] random = Problem.uniforms(stream, n * n);
    double[][] result = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        result[i][j] = 0.8 / Math.sqrt(n) * (random[i * n + j] - 0.5);
      }
      result[i][i] = 0.7 + 0.6 * random[i * n + i];
    }
    return result;
  }

  /**
   * The largest difference between W(s) in the two bases after some steps, over the largest
   * distance that W(s) moved.
   */
  private double relativeDifference(
      String spec, double[][] transform, Gram metric, Function<Layer, Optimizer> optimizer) {
    WeightManifold manifold = WeightManifold.parse(spec);
    Linear first = new Linear(4, 5, Activation.RELU);
    Linear second = new Linear(5, 3, Activation.NONE);
    Initialization initialization = new Initialization(4);
    try (Problem problem = new Problem(device, 8, Shape.of(4), manifold.dimensions(), 3);
        Layer one = ManifoldLinear.initialized(device, "1", manifold, first, initialization);
        Layer two = ManifoldLinear.initialized(device, "2", manifold, second, initialization);
        Reexpressed otherOne =
            new Reexpressed(device, transform, metric, first, one.parameters(), problem.places());
        Reexpressed otherTwo =
            new Reexpressed(
                device, transform, metric, second, two.parameters(), problem.places())) {
      double[][] identity = Matrices.identity(manifold.basisSize());
      Layer original = Sequential.of(one, two);
      Layer other = Sequential.of(otherOne, otherTwo);
      List<double[]> start = curve(manifold, identity, original);
      train(problem, original, optimizer.apply(original));
      train(problem, other, optimizer.apply(other));
      List<double[]> end = curve(manifold, identity, original);
      List<double[]> otherEnd = curve(manifold, transform, other);
      double moved = distance(start, end);
      assertThat(moved).isGreaterThan(1e-3);
      return distance(end, otherEnd) / moved;
    }
  }

  private static void train(Problem problem, Layer network, Optimizer optimizer) {
    try (optimizer) {
      for (int i = 0; i < STEPS; i++) {
        problem.backward(network);
        optimizer.step();
      }
    }
  }

  /** W(s) of every parameter at some places that no example is at. */
  private static List<double[]> curve(
      WeightManifold manifold, double[][] transform, Layer network) {
    List<double[]> result = new ArrayList<>();
    for (int i = 0; i < PLACES; i++) {
      double[] a = new double[manifold.basisSize()];
      manifold.coefficients(Problem.uniforms(500 + i, manifold.dimensions()), a);
      double[] coefficients = Matrices.apply(transform, a);
      for (Parameter parameter : network.parameters()) {
        result.add(mixed(coefficients, parameter.basis().toDoubles()));
      }
    }
    return result;
  }

  private static double[] mixed(double[] a, double[] basis) {
    double[] result = new double[basis.length / a.length];
    for (int k = 0; k < a.length; k++) {
      for (int e = 0; e < result.length; e++) {
        result[e] += a[k] * basis[k * result.length + e];
      }
    }
    return result;
  }

  private static double distance(List<double[]> one, List<double[]> other) {
    double largest = 0;
    for (int i = 0; i < one.size(); i++) {
      for (int e = 0; e < one.get(i).length; e++) {
        largest = Math.max(largest, Math.abs(one.get(i)[e] - other.get(i)[e]));
      }
    }
    return largest;
  }
}
