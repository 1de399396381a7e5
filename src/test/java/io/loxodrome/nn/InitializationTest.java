package io.loxodrome.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitializationTest {
  /** Enough numbers that a variance is known to 1 % (one sigma: sqrt(2 / SIZE) = 0.8 %). */
  private static final int SIZE = 30_000;

  private static final int FAN_IN = 50;
  private static final double HE = 2.0 / FAN_IN;

  private final Device device = Device.open("reference:float64");

  @AfterEach
  void closeDevice() {
    device.close();
  }

  private double[][] draw(Initialization initialization, String name, String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    try (Parameter parameter =
        initialization.weights(device, name, manifold, Shape.of(SIZE), FAN_IN)) {
      double[] values = parameter.basis().toDoubles();
      double[][] points = new double[manifold.basisSize()][];
      for (int k = 0; k < points.length; k++) {
        points[k] = Arrays.copyOfRange(values, k * SIZE, (k + 1) * SIZE);
      }
      return points;
    }
  }

  private static double[] weightsAt(double[][] points, double[] a) {
    double[] weights = new double[SIZE];
    for (int k = 0; k < points.length; k++) {
      for (int e = 0; e < SIZE; e++) {
        weights[e] += a[k] * points[k][e];
      }
    }
    return weights;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double variance(double[] values) {
    double mean = mean(values);
    return Arrays.stream(values).map(value -> (value - mean) * (value - mean)).average().orElse(0);
  }

  private static double squaredNorm(double[] x) {
    return Arrays.stream(x).map(value -> value * value).sum();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "point",
        "line",
        "rod",
        "ellipse",
        "fourier:3",
        "bezier:3",
        "spline:6",
        "spline:5:periodic",
        "torus",
        "sheet",
        "sphere:1",
        "sphere:2",
        "product(line,ellipse)"
      })
  void varianceIsCloseToHeAtEverySAndOnAverageOnePlusEpsilon(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    double[][] points = draw(new Initialization(5), "w", spec);
    double[] a = new double[manifold.basisSize()];
    double[] w = manifold.initialWeights();
    double sum = 0;
    double expectedNoise = manifold.basisSize() == 1 ? 0 : Initialization.DEFAULT_EPSILON;
    double[] excess = new double[64];
    for (int i = 0; i < excess.length; i++) {
      manifold.coefficients(Problem.uniforms(i, manifold.dimensions()), a);
      double variance = variance(weightsAt(points, a)) / HE;
      assertThat(variance).isBetween(0.96, 1.45);
      excess[i] = squaredNorm(a) - 1 / squaredNorm(w);
      sum += variance;
    }
    // The 64 places are a sample: compare with the formula's mean over the same places.
    double scale = meanExcess(manifold) > 1e-9 ? mean(excess) / meanExcess(manifold) : 0;
    assertThat(sum / excess.length).isCloseTo(1 + expectedNoise * scale, within(0.03));
  }

  /** The mean over all s of |a(s)|^2 - 1 / |w|^2, on 10 000 random places. */
  private static double meanExcess(WeightManifold manifold) {
    double[] a = new double[manifold.basisSize()];
    double sum = 0;
    for (int i = 0; i < 10_000; i++) {
      manifold.coefficients(Problem.uniforms(1000 + i, manifold.dimensions()), a);
      sum += squaredNorm(a);
    }
    return sum / 10_000 - 1 / squaredNorm(manifold.initialWeights());
  }

  @Test
  void ellipseIsHeAndThreeTenthsOfItOnTheOtherTwo() {
    double[][] points = draw(new Initialization(11), "w", "ellipse");
    double[][] bare = draw(new Initialization(11, 0), "w", "ellipse");
    assertThat(points[0]).containsExactly(bare[0]);
    assertThat(variance(points[0])).isCloseTo(HE, within(0.03 * HE));
    assertThat(Math.sqrt(variance(points[1]) / HE)).isCloseTo(0.3, within(0.006));
    assertThat(Math.sqrt(variance(points[2]) / HE)).isCloseTo(0.3, within(0.006));
    for (double[] point : points) {
      assertThat(mean(point)).isCloseTo(0, within(4 * Math.sqrt(HE / SIZE)));
    }
  }

  @Test
  void pointsOfTheEllipseAreUncorrelatedAtAnyShift() {
    double[][] points = draw(new Initialization(11), "w", "ellipse");
    for (int shift = 0; shift <= 8; shift++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 3; k++) {
          if (shift > 0 || j != k) {
            assertThat(correlation(points[j], points[k], shift)).isCloseTo(0, within(0.03));
          }
        }
      }
    }
  }

  private static double correlation(double[] x, double[] y, int shift) {
    double sum = 0;
    for (int e = shift; e < SIZE; e++) {
      sum += x[e] * y[e - shift];
    }
    return sum / SIZE / Math.sqrt(variance(x) * variance(y));
  }

  @Test
  void noiseLeavesThePartAlongTheInitialWeightsAlone() {
    double[][] noisy = draw(new Initialization(2, 1), "w", "spline:6");
    double[][] bare = draw(new Initialization(2, 0), "w", "spline:6");
    double[] ones = {1, 1, 1, 1, 1, 1};
    double[] sumOfNoisy = weightsAt(noisy, ones);
    double[] sumOfBare = weightsAt(bare, ones);
    for (int e = 0; e < SIZE; e++) {
      assertThat(sumOfNoisy[e]).isCloseTo(sumOfBare[e], within(1e-6));
    }
  }

  @Test
  void withoutNoiseTheCurveIsAPoint() {
    double[][] points = draw(new Initialization(2, 0), "w", "line");
    assertThat(points[0]).containsExactly(points[1]);
  }

  @Test
  void seedAndNameDecideAlone() {
    double[] first = draw(new Initialization(1), "w", "ellipse")[1];
    assertThat(draw(new Initialization(1), "w", "ellipse")[1]).containsExactly(first);
    assertThat(draw(new Initialization(2), "w", "ellipse")[1]).isNotEqualTo(first);
    assertThat(draw(new Initialization(1), "v", "ellipse")[1]).isNotEqualTo(first);
  }

  @Test
  void lastBlockNeedNotBeFull() {
    WeightManifold line = WeightManifold.parse("line");
    try (Parameter seven = new Initialization(1).weights(device, "w", line, Shape.of(7), FAN_IN);
        Parameter eight = new Initialization(1).weights(device, "w", line, Shape.of(8), FAN_IN)) {
      double[] longer = eight.basis().toDoubles();
      double[] expected = new double[14];
      System.arraycopy(longer, 0, expected, 0, 7);
      System.arraycopy(longer, 8, expected, 7, 7);
      assertThat(seven.basis().toDoubles()).containsExactly(expected);
    }
  }

  @Test
  void biasIsZero() {
    WeightManifold line = WeightManifold.parse("line");
    try (Parameter bias = new Initialization(1).bias(device, "b", line, Shape.of(3))) {
      assertThat(bias.basis().toDoubles()).containsExactly(new double[6]);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
  void epsilonOutOfRangeIsRefused(double epsilon) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Initialization(1, epsilon))
        .withMessageContaining("epsilon is " + epsilon);
  }

  @Test
  void replicasStartFromTheBitsOfTheirSeeds() {
    List<Long> seeds = List.of(3L, -8L, 5L);
    for (String each : List.of("point", "ellipse", "spline:5")) {
      WeightManifold manifold = WeightManifold.parse("replicas(3," + each + ")");
      try (Parameter all =
          new Initialization(seeds).weights(device, "w", manifold, Shape.of(7), FAN_IN)) {
        double[] together = all.basis().toDoubles();
        int size = together.length / 3;
        for (int r = 0; r < 3; r++) {
          Initialization own = new Initialization(seeds.get(r));
          WeightManifold alone = WeightManifold.parse(each);
          try (Parameter one = own.weights(device, "w", alone, Shape.of(7), FAN_IN)) {
            assertThat(Arrays.copyOfRange(together, r * size, (r + 1) * size))
                .containsExactly(one.basis().toDoubles());
          }
        }
      }
    }
  }

  @Test
  void seedsAreAsManyAsReplicas() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Initialization(List.of()));
    for (String spec : List.of("line", "replicas(3,line)")) {
      WeightManifold manifold = WeightManifold.parse(spec);
      Initialization two = new Initialization(List.of(1L, 2L));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> two.weights(device, "w", manifold, Shape.of(7), FAN_IN))
          .withMessageContaining("2 seeds for " + spec);
    }
  }
}
