package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rate at which two trainings approach each other. */
class TwinsTest {
  /** Two steps of metric descent on one quadratic: the rate they show is lam_min(M^-1 H). */
  @ParameterizedTest
  @CsvSource({"0.1, 1", "0.1, 0.5", "0.01, 1"})
  void onAQuadraticTwinsShowTheSmallestRate(double mu, double learningRate) {
    int d = 6;
    double[][] x = Matrices.normal(new Random(0), d, 30);
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < 30; j++) {
        x[i][j] *= Math.pow(10, -2.0 * i / (d - 1)) / Math.sqrt(30);
      }
    }
    double[][] gaussNewton = Matrices.multiply(x, Matrices.transpose(x));
    double[][] hessian = shifted(gaussNewton, 1e-2);
    double[][] metric = shifted(gaussNewton, mu);
    double[][] inverse = Matrices.inverse(metric);
    double[] apart = new Random(1).doubles(d, -1, 1).toArray();
    double[] distances = new double[200];
    for (int t = 0; t < distances.length; t++) {
      distances[t] = Math.sqrt(Matrices.dot(apart, Matrices.multiply(metric, apart)));
      double[] move = Matrices.multiply(inverse, Matrices.multiply(hessian, apart));
      for (int i = 0; i < d; i++) {
        apart[i] -= learningRate * move[i];
      }
    }
    ContractionRate expected =
        ContractionRate.of("q", SymmetricMatrix.of(metric), SymmetricMatrix.of(hessian));
    double[] fitted = Arrays.copyOfRange(distances, mu > 0.05 ? 120 : 0, 180);
    assertThat(TwinRate.fit(fitted, learningRate).value())
        .isCloseTo(expected.value(), offset(0.02 * expected.value()));
    for (int t = 1; t < 50 && distances[t - 1] > 1e-9; t++) {
      assertThat(distances[t] / distances[t - 1])
          .isLessThan(1 - learningRate * expected.value() + 1e-6);
    }
  }

  private static double[][] shifted(double[][] a, double shift) {
    double[][] sum = Matrices.block(a, 0, a.length, 0, a.length);
    for (int i = 0; i < a.length; i++) {
      sum[i][i] += shift;
    }
    return sum;
  }

  @Test
  void aGeometricSequenceHasItsOwnRate() {
    double[] distances = {8, 4, 2, 1, 0.5};
    assertThat(TwinRate.fit(distances, 0.25).value()).isCloseTo(2, offset(1e-12));
    assertThat(TwinRate.fit(distances, 0.25).steps()).isEqualTo(4);
    assertThat(TwinRate.fit(new double[] {1, 2}, 1).value()).isCloseTo(-1, offset(1e-12));
    assertThat(TwinRate.fit(new double[] {2, 1, 0, 5}, 1).steps()).isEqualTo(1);
    assertThat(TwinRate.fit(distances, 0.25).text())
        .startsWith("contraction rate of twins: 2.000 (estimate, if other starts");
  }

  @Test
  void whatShowsNoRateIsRefused() {
    assertThatThrownBy(() -> TwinRate.fit(new double[] {0, 1}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("apart at 0 of 2 moments");
    assertThatThrownBy(() -> TwinRate.fit(new double[] {1, Double.NaN}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("distance is NaN");
    assertThatThrownBy(() -> TwinRate.fit(new double[] {2, 1}, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("learning rate is 0.0");
  }

  /** On the line G = ((1/3, 1/6), (1/6, 1/3)): for dP = (1, 2) it is (1 + 4 + 2) / 3. */
  @Test
  void distancesAreThoseOfTheCurves() {
    try (Device device = Device.open("reference:float64");
        Parameter one = parameter(device, "line", 0, 0);
        Parameter other = parameter(device, "line", 1, 2);
        Parameter third = parameter(device, "line", 2, 4)) {
      Twins twins = new Twins(List.of(one), List.of(other));
      assertThat(twins.observe()).isCloseTo(Math.sqrt(7.0 / 3), offset(1e-12));
      assertThat(twins.distances())
          .containsExactly(new double[] {Math.sqrt(7.0 / 3)}, offset(1e-12));
      Twins further = new Twins(List.of(one, one), List.of(third, other));
      assertThat(further.observe()).isCloseTo(Math.sqrt(5 * 7.0 / 3), offset(1e-12));
    }
  }

  private static Parameter parameter(Device device, String spec, double... values) {
    return new Parameter(
        "p", WeightManifold.parse(spec), device.allocate(Shape.of(values.length, 1)).write(values));
  }

  @Test
  void twinsWithDifferentParametersAreRefused() {
    try (Device device = Device.open("reference:float64");
        Parameter one = parameter(device, "line", 0, 0);
        Parameter other = parameter(device, "point", 1)) {
      assertThatThrownBy(() -> new Twins(List.of(one), List.of(other)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("p has shape");
      assertThatThrownBy(() -> new Twins(List.of(one), List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("these have 1 and 0");
    }
  }
}
