package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.ops.Device;
import io.loxodrome.riemann.DampedSystem.Path;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
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
    double[] matrix = new double[9];
    for (int i = 0; i < 3; i++) {
      matrix[4 * i] = values[i];
    }
    return device.allocate(type, SQUARE).write(matrix);
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

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void whatIsNotFiniteIsRefused(String name) {
    open(name);
    try (Tensor gram = diagonal(device.realType(), 1, Double.NaN, 1);
        Tensor values = device.allocate(Shape.of(3)).write(new double[] {1, 2, 3})) {
      DampedSystem system =
          new DampedSystem(
              device, "here", gram, type -> device.allocate(type, SQUARE).write(gram.toDoubles()));
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
