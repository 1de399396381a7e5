package io.loxodrome.manifold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The coefficients a(s), their derivatives and the initial weights. */
class CoefficientsTest {

  static Stream<WeightManifold> conditioned() {
    return Examples.manifolds().filter(manifold -> manifold.dimensions() > 0);
  }

  @Test
  void knownValues() {
    Matrices.assertClose(coefficients("point"), new double[] {1}, 0);
    Matrices.assertClose(coefficients("line", 0.25), new double[] {0.75, 0.25}, 0);
    Matrices.assertClose(coefficients("rod", 0.25), new double[] {0.75, 0.25}, 0);
    Matrices.assertClose(coefficients("ellipse", 0.25), new double[] {1, 0, 1}, 1e-15);
    Matrices.assertClose(
        coefficients("fourier:2", 0.125),
        new double[] {1, Math.sqrt(0.5), Math.sqrt(0.5), 0, 1},
        1e-15);
    Matrices.assertClose(
        coefficients("bezier:3", 0.5), new double[] {0.125, 0.375, 0.375, 0.125}, 1e-15);
    Matrices.assertClose(
        coefficients("spline:5:unclamped", 0),
        new double[] {1.0 / 6, 4.0 / 6, 1.0 / 6, 0, 0},
        1e-15);
    Matrices.assertClose(
        coefficients("spline:5:periodic", 0.1),
        new double[] {1.0 / 48, 23.0 / 48, 23.0 / 48, 1.0 / 48, 0},
        1e-15);
    Matrices.assertClose(coefficients("spline:6", 1), new double[] {0, 0, 0, 0, 0, 1}, 1e-15);
    Matrices.assertClose(coefficients("sphere:1", 0.25, 0.5), new double[] {1, 0, 1, 0}, 1e-15);
    Matrices.assertClose(
        coefficients("sphere:2", 0.125, 0.5),
        new double[] {1, Math.sqrt(0.5), Math.sqrt(0.5), 0, 0.5, 0, 0, 0, -1},
        1e-15);
    Matrices.assertClose(
        coefficients("product(line,ellipse)", 0.25, 0.5),
        new double[] {0.75, -0.75, 0, 0.25, -0.25, 0},
        1e-15);
    Matrices.assertClose(
        coefficients("replicas(3,line)", 0.5, 0.25), new double[] {0, 0, 0.75, 0.25, 0, 0}, 0);
  }

  private static double[] coefficients(String spec, double... s) {
    return Examples.coefficients(WeightManifold.parse(spec), s);
  }

  @ParameterizedTest
  @MethodSource("conditioned")
  void derivativesEqualCentralDifferences(WeightManifold manifold) {
    Random random = new Random(11);
    double step = 1e-6;
    for (int repeat = 0; repeat < 50; repeat++) {
      double[] s = random.doubles(manifold.dimensions(), 0.01, 0.99).toArray();
      double[][] da = derivatives(manifold, s);
      for (int i = 0; i < s.length; i++) {
        double[] ahead = s.clone();
        double[] behind = s.clone();
        ahead[i] += step;
        behind[i] -= step;
        double[] after = Examples.coefficients(manifold, ahead);
        double[] before = Examples.coefficients(manifold, behind);
        for (int k = 0; k < after.length; k++) {
          double difference = (after[k] - before[k]) / (ahead[i] - behind[i]);
          assertThat(da[i][k])
              .as("da[%d][%d] at %s", i, k, Arrays.toString(s))
              .isCloseTo(difference, offset(1e-6 * Math.max(1, Math.abs(difference))));
        }
      }
    }
  }

  private static double[][] derivatives(WeightManifold manifold, double... s) {
    double[][] da = new double[manifold.dimensions()][manifold.basisSize()];
    for (double[] row : da) {
      Arrays.fill(row, Double.NaN);
    }
    manifold.derivatives(s, da);
    return da;
  }

  @Test
  void derivativesAtTheEndsAreOneSided() {
    Matrices.assertClose(
        derivatives(new CubicSpline(6, CubicSpline.Ends.CLAMPED), 0),
        new double[][] {{-9, 9, 0, 0, 0, 0}},
        1e-14);
    Matrices.assertClose(derivatives(new Bezier(3), 1), new double[][] {{0, 0, -3, 3}}, 1e-15);
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void initialWeightsGiveTheSameWeightsEverywhere(WeightManifold manifold) {
    double[] weights = manifold.initialWeights();
    for (double[] s : Examples.grid(manifold.dimensions(), 9)) {
      double[] a = Examples.coefficients(manifold, s);
      double sum = 0;
      for (int k = 0; k < a.length; k++) {
        sum += a[k] * weights[k];
      }
      assertThat(sum).as("at %s", Arrays.toString(s)).isCloseTo(1, offset(1e-14));
    }
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void initialWeightsSolveTheirDefinition(WeightManifold manifold) {
    double[][] whole = Quadrature.gram(manifold);
    double[] product = Matrices.multiply(whole, manifold.initialWeights());
    Matrices.assertClose(product, Quadrature.mean(manifold), 1e-14);
  }

  @ParameterizedTest
  @MethodSource("conditioned")
  void periodicDimensionsCloseAndOthersDoNot(WeightManifold manifold) {
    for (int i = 0; i < manifold.dimensions(); i++) {
      double[] start = new double[manifold.dimensions()];
      Arrays.fill(start, 0.3);
      double[] stop = start.clone();
      start[i] = 0;
      stop[i] = 1;
      double[] first = Examples.coefficients(manifold, start);
      double[] last = Examples.coefficients(manifold, stop);
      double gap = 0;
      for (int k = 0; k < first.length; k++) {
        gap = Math.max(gap, Math.abs(first[k] - last[k]));
      }
      if (manifold.periodic(i)) {
        assertThat(gap).as("dimension %d", i).isLessThan(1e-15);
      } else {
        assertThat(gap).as("dimension %d", i).isGreaterThan(0.1);
      }
    }
  }

  @Property
  void bernsteinPolynomialsAreAPartitionOfUnity(
      @ForAll @IntRange(min = 1, max = Bezier.HIGHEST_DEGREE) int degree,
      @ForAll @DoubleRange(min = 0, max = 1) double s) {
    double[] a = Examples.coefficients(new Bezier(degree), s);
    assertThat(Arrays.stream(a)).allMatch(value -> value >= 0);
    assertThat(Arrays.stream(a).sum()).isCloseTo(1, offset(1e-15));
  }

  @Property
  void fourierCurvesDoNotDriftAtHighOrder(@ForAll @DoubleRange(min = 0, max = 1) double s) {
    double[] a = Examples.coefficients(new Fourier(50), s);
    for (int j = 1; j <= 50; j++) {
      assertThat(Math.hypot(a[2 * j - 1], a[2 * j])).isCloseTo(1, offset(1e-15));
    }
  }

  @ParameterizedTest
  @MethodSource("conditioned")
  void refusesPlacesOutsideTheUnitCube(WeightManifold manifold) {
    for (double bad :
        new double[] {Double.NaN, -1e-9, Math.nextUp(1.0), 2, Double.POSITIVE_INFINITY}) {
      for (int i = 0; i < manifold.dimensions(); i++) {
        double[] s = new double[manifold.dimensions()];
        Arrays.fill(s, 0.5);
        s[i] = bad;
        String place = "s[" + i + "] = " + bad;
        assertThatIllegalArgumentException()
            .isThrownBy(() -> Examples.coefficients(manifold, s))
            .withMessageContainingAll(place, manifold.spec(), "[0, 1]");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> derivatives(manifold, s))
            .withMessageContainingAll(place, manifold.spec(), "[0, 1]");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void refusesArraysOfOtherLengths(WeightManifold manifold) {
    int d = manifold.dimensions();
    int n = manifold.basisSize();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> manifold.coefficients(new double[d + 1], new double[n]))
        .withMessageContainingAll("s has length " + (d + 1), "needs " + d);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> manifold.coefficients(new double[d], new double[n - 1]))
        .withMessageContainingAll("a has length " + (n - 1), "needs " + n);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> manifold.derivatives(new double[d], new double[d + 1][n]))
        .withMessageContaining("da has length " + (d + 1));
    if (d > 0) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> manifold.derivatives(new double[d], new double[d][n + 1]))
          .withMessageContaining("da[0] has length " + (n + 1));
    }
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void refusesIndicesItDoesNotHave(WeightManifold manifold) {
    int d = manifold.dimensions();
    int n = manifold.basisSize();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> manifold.periodic(d))
        .withMessageContaining("no dimension " + d);
    assertThatIllegalArgumentException().isThrownBy(() -> manifold.periodic(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> manifold.frozen(n))
        .withMessageContaining("no basis point " + n);
    assertThatIllegalArgumentException().isThrownBy(() -> manifold.frozen(-1));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1})
  void sphereRefusesDerivativesAtAPole(double height) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> derivatives(new Sphere(1), 0.3, height))
        .withMessageContaining("pole");
    Matrices.assertClose(
        Examples.coefficients(new Sphere(1), 0.3, height),
        new double[] {1, 0, 0, 2 * height - 1},
        0);
  }

  @ParameterizedTest
  @CsvSource({
    "rod, true false",
    "line, false false",
    "'product(rod,line)', true true false false",
    "'product(line,rod)', true false true false",
    "'product(rod,rod)', true true true false"
  })
  void freezesTheTetheredPoints(String spec, String frozen) {
    WeightManifold manifold = WeightManifold.parse(spec);
    String[] expected = frozen.split(" ", -1);
    for (int k = 0; k < manifold.basisSize(); k++) {
      assertThat(manifold.frozen(k)).as("P_%d", k + 1).isEqualTo(Boolean.valueOf(expected[k]));
    }
  }
}
