package io.loxodrome.manifold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernel k(s, s') = a(s)^T G^-1 a(s') through which a step acts on the weights. */
class KernelTest {

  static Stream<WeightManifold> withoutFrozenPoints() {
    return Examples.manifolds().filter(m -> IntStream.range(0, m.basisSize()).noneMatch(m::frozen));
  }

  /** a' = T a has G' = T G T^T, and the same kernel: the curve moves alike in any basis. */
  @ParameterizedTest
  @MethodSource("withoutFrozenPoints")
  void doesNotDependOnTheBasis(WeightManifold manifold) {
    int n = manifold.basisSize();
    Random random = new Random(3);
    double[][] t = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        t[i][j] = (i == j ? 1 : 0) + random.nextGaussian() * 0.3 / Math.sqrt(n);
      }
    }
    Gram gram = manifold.gram();
    Gram other =
        DenseGram.of(Matrices.multiply(t, Matrices.multiply(gram.matrix(), Matrices.transpose(t))));
    for (int repeat = 0; repeat < 20; repeat++) {
      double[] a = Examples.coefficients(manifold, Examples.randomPlace(manifold, random));
      double[] b = Examples.coefficients(manifold, Examples.randomPlace(manifold, random));
      double moved = other.kernel(Matrices.multiply(t, a), Matrices.multiply(t, b));
      assertThat(moved)
          .isCloseTo(
              gram.kernel(a, b), offset(1e-13 * gram.conditionNumber() * manifold.supremum()));
    }
  }

  /** Both span the cubics that are twice differentiable at the same knots. */
  @Property(tries = 100)
  void clampedAndUnclampedSplinesHaveTheSameKernel(
      @ForAll @DoubleRange(min = 0, max = 1) double s,
      @ForAll @DoubleRange(min = 0, max = 1) double t) {
    WeightManifold clamped = WeightManifold.parse("spline:9");
    WeightManifold unclamped = WeightManifold.parse("spline:9:unclamped");
    assertThat(kernel(clamped, s, t)).isCloseTo(kernel(unclamped, s, t), offset(1e-9));
  }

  private static double kernel(WeightManifold manifold, double s, double t) {
    return manifold
        .gram()
        .kernel(Examples.coefficients(manifold, s), Examples.coefficients(manifold, t));
  }

  /** k reproduces every function of the span: integral k(s, t) a(t) dt = a(s). */
  @ParameterizedTest
  @MethodSource("withoutFrozenPoints")
  void reproducesTheCoefficients(WeightManifold manifold) {
    double[][] projector = Matrices.multiply(manifold.gram().inverse(), Quadrature.gram(manifold));
    double[] a = Examples.coefficients(manifold, Examples.randomPlace(manifold, new Random(9)));
    double tolerance = 1e-14 * manifold.gram().conditionNumber() * manifold.basisSize();
    Matrices.assertClose(Matrices.multiply(Matrices.transpose(projector), a), a, tolerance);
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void supremumIsAnUpperBoundThatIsReached(WeightManifold manifold) {
    int intervals = new int[] {1, 20_160, 120, 24}[manifold.dimensions()];
    double[] a = new double[manifold.basisSize()];
    double[][] inverse = manifold.gram().inverse();
    double largest = 0;
    for (double[] s : Examples.grid(manifold.dimensions(), intervals)) {
      manifold.coefficients(s, a);
      double[] solved = Matrices.multiply(inverse, a);
      double k = 0;
      for (int i = 0; i < a.length; i++) {
        k += a[i] * solved[i];
      }
      largest = Math.max(largest, k);
    }
    double rounding = 1e-14 * manifold.gram().conditionNumber() * manifold.supremum();
    assertThat(largest).isLessThanOrEqualTo(manifold.supremum() + rounding);
    assertThat(largest).isGreaterThanOrEqualTo(manifold.supremum() * (1 - 1e-4) - rounding);
  }

  @ParameterizedTest
  @CsvSource({
    "point, 1",
    "line, 4",
    "rod, 3",
    "ellipse, 3",
    "fourier:3, 7",
    "bezier:3, 16",
    "torus, 9",
    "sheet, 16",
    "sphere:1, 4",
    "sphere:2, 9",
    "'product(line,ellipse)', 12",
    "'replicas(7,product(line,ellipse))', 12",
    "spline:4, 16",
    "spline:5, 23",
    "spline:6, 32.1003724460049",
    "spline:8, 52.2607415934375",
    "spline:16, 135.60823766794",
    "spline:32, 302.51065690459",
    "spline:8:unclamped, 52.2607415934375",
    "spline:4:periodic, 5.11764705882353",
    "spline:7:periodic, 8.350041384450273",
    "spline:8:periodic, 9.6738986728776",
    "spline:32:periodic, 38.510604349997706"
  })
  void supremumEqualsTheKnownValue(String spec, double expected) {
    // The periodic values were taken on a grid of 1201 places, which misses a peak by up to 1e-5.
    assertThat(WeightManifold.parse(spec).supremum()).isCloseTo(expected, withPercentage(1e-3));
  }

  @ParameterizedTest
  @CsvSource({"spline:5000, 5000", "spline:5000:periodic, 5000"})
  void supremumOfAVeryLongSplineGrowsWithItsSpans(String spec, int n) {
    boolean periodic = WeightManifold.parse(spec).periodic(0);
    WeightManifold shorter = WeightManifold.parse(periodic ? "spline:500:periodic" : "spline:500");
    double perSpan = shorter.supremum() / (periodic ? 500 : 497);
    assertThat(WeightManifold.parse(spec).supremum())
        .isCloseTo(perSpan * (periodic ? n : n - 3), withPercentage(1e-8));
  }
}
