package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.ops.Device;
import io.loxodrome.riemann.DampedSystem.Path;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DampedSystemTest {
  private static final Shape SQUARE = Shape.of(3, 3);

  private Device device = Device.open("reference:float64");

  @AfterEach
  void closeDevice() {
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  private void open(String name) {
    device.close();
    device = Device.open(name);
  }

  private Tensor diagonal(ElementType type, double... values) {
    int size = values.length;
    double[] matrix = new double[size * size];
    for (int i = 0; i < size; i++) {
      matrix[(size + 1) * i] = values[i];
    }
    return device.allocate(type, Shape.of(size, size)).write(matrix);
  }

  /** A system that rounding is not to blame for. */
  private DampedSystem system(Tensor gram) {
    return new DampedSystem(
        device, "here", gram, type -> device.allocate(type, gram.shape()).write(gram.toDoubles()));
  }

  /** What the solution should be: t_i / (s_i + mu) where S is diagonal. */
  private void check(Path path, Tensor gram, Tensor precise, double damping, double... expected) {
    try (gram;
        precise;
        Tensor values = device.allocate(Shape.of(3)).write(new double[] {1, 2, 0})) {
      DampedSystem system =
          new DampedSystem(
              device,
              "here",
              gram,
              type -> device.allocate(type, SQUARE).write(precise.toDoubles()));
      assertThat(system.solve(damping, values)).isEqualTo(path);
      assertThat(values.toDoubles()).containsExactly(expected, within(1e-5));
    }
  }

  private ElementType precise() {
    return device
        .operators()
        .metric()
        .gramTypes()
        .get(device.operators().metric().gramTypes().size() - 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void aDefiniteSystemHasACholeskyFactor(String name) {
    open(name);
    ElementType real = device.realType();
    check(Path.CHOLESKY, diagonal(real, 3, 1, 0), diagonal(precise(), 0, 0, 0), 1, 0.25, 1, 0);
  }

  /** Rounding has made one eigenvalue negative, which S in a more precise type has not. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void whereRoundingHasSpoiltItTheMorePreciseMatrixHasOne(String name) {
    open(name);
    check(
        Path.PRECISE_CHOLESKY,
        diagonal(device.realType(), 3, 1, -2),
        diagonal(precise(), 3, 1, 0),
        1,
        0.25,
        1,
        0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void whereThereIsNoneConjugateGradientsSolveIt(String name) {
    open(name);
    check(
        Path.CONJUGATE_GRADIENTS,
        diagonal(device.realType(), 3, 1, -20),
        diagonal(precise(), 3, 1, -20),
        1,
        0.25,
        1,
        0);
  }

  /**
   * After two steps 0.0045 of the step is wrong, after the third 0.57; then a direction has a
   * negative curvature.
   */
  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void theBestIterateIsUsedIfAStepCanBearIt(String name) {
    open(name);
    try (Tensor gram = diagonal(device.realType(), 3, 42, 7, -4);
        Tensor values = device.allocate(Shape.of(4)).write(new double[] {4, 4, 0.01, 0.001})) {
      assertThat(system(gram).solve(1, values)).isEqualTo(Path.CONJUGATE_GRADIENTS);
      double[] w = values.toDoubles();
      assertThat(w[0]).isCloseTo(1, within(1e-3));
      assertThat(w[1]).isCloseTo(4 / 43.0, within(1e-3));
      assertThat(w[2]).isCloseTo(0.01 / 8, within(1e-3));
    }
  }

  /** The largest and the most negative eigenvalue are those of a hopeless preconditioner. */
  private double[] hardEigenvalues(double largest) {
    double[] eigenvalues = new double[121];
    for (int i = 0; i < 120; i++) {
      eigenvalues[i] = largest * Math.pow(10, i / 119.0 * 6 - 6);
    }
    eigenvalues[120] = -largest;
    return eigenvalues;
  }

  private Tensor ones(int size) {
    double[] values = new double[size + 1];
    Arrays.fill(values, 0, size, 1);
    return device.allocate(Shape.of(size + 1)).write(values);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void whatTheLastStepCameToIsUsedIfAStepCanBearIt(String name) {
    open(name);
    double[] eigenvalues = hardEigenvalues(3e3);
    try (Tensor gram = diagonal(device.realType(), eigenvalues);
        Tensor values = ones(120)) {
      assertThat(system(gram).solve(1, values)).isEqualTo(Path.CONJUGATE_GRADIENTS);
      double[] w = values.toDoubles();
      double[] residual = new double[w.length];
      for (int i = 0; i < 120; i++) {
        residual[i] = 1 - (eigenvalues[i] + 1) * w[i];
      }
      double share = Math.sqrt(Matrices.dot(residual, residual) / Matrices.dot(w, w));
      assertThat(share).isBetween(1e-6, 0.1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void whatIsTooFarOffAfterTheLastStepIsRefused(String name) {
    open(name);
    try (Tensor gram = diagonal(device.realType(), hardEigenvalues(1e6));
        Tensor values = ones(120)) {
      double[] before = values.toDoubles();
      assertThatExceptionOfType(ArithmeticException.class)
          .isThrownBy(() -> system(gram).solve(1, values))
          .withMessageContaining("here")
          .withMessageContaining("damping 1.0")
          .withMessageContaining("residual of 10.95")
          .withMessageContaining("raise the damping mu");
      assertThat(values.toDoubles()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void curvatureThatIsNotPositiveIsRefusedIfNothingGoodCameBefore(String name) {
    open(name);
    try (Tensor gram = diagonal(device.realType(), 3, 1, -20);
        Tensor values = device.allocate(Shape.of(3)).write(new double[] {1, 2, 0.01})) {
      assertThatExceptionOfType(ArithmeticException.class)
          .isThrownBy(() -> system(gram).solve(1, values))
          .withMessageContaining("here")
          .withMessageContaining("residual of 0.722");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void whatIsNotFiniteIsRefused(String name) {
    open(name);
    try (Tensor gram = diagonal(device.realType(), 1, Double.NaN, 1);
        Tensor values = device.allocate(Shape.of(3)).write(new double[] {1, 2, 3})) {
      DampedSystem system = system(gram);
      assertThatExceptionOfType(ArithmeticException.class)
          .isThrownBy(system::largestEigenvalue)
          .withMessageContaining("here");
      assertThatExceptionOfType(ArithmeticException.class)
          .isThrownBy(() -> system.solve(1, values))
          .withMessageContaining("here");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void theLargestEigenvalueIsFoundFromBelow(String name) {
    open(name);
    try (Tensor gram = diagonal(device.realType(), 1, 8, 2);
        Tensor none = diagonal(device.realType(), 0, 0, 0)) {
      assertThat(new DampedSystem(device, "here", gram, type -> none).largestEigenvalue())
          .isBetween(7.9, 8 * (1 + 1e-6));
      assertThat(new DampedSystem(device, "here", none, type -> none).largestEigenvalue()).isZero();
    }
  }
}
