package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Contraction rates of modules, alone and together: by M and H, and by a batch's Gram matrices. */
class ContractionTest {
  /** Two or three modules with 3, 2 and 4 parameters, and a Hessian over all of them. */
  private static final class Modules {
    private final int[] sizes;
    private final List<double[][]> metrics = new ArrayList<>();
    private final double[][] hessian;

    Modules(Random random, int count) {
      sizes = count == 2 ? new int[] {3, 2} : new int[] {3, 2, 4};
      int total = 0;
      for (int size : sizes) {
        metrics.add(Matrices.positive(random, size, size, 1, 0.3));
        total += size;
      }
      hessian = Matrices.positive(random, total, total, random.nextDouble() / total, 0);
      for (int i = 0; i < total; i++) {
        hessian[i][i] += 3 * random.nextDouble();
      }
    }

    List<SymmetricMatrix> metrics() {
      return metrics.stream().map(SymmetricMatrix::of).toList();
    }

    SymmetricMatrix hessian() {
      return SymmetricMatrix.of(hessian);
    }

    SymmetricMatrix block(int i) {
      return hessian().block(start(i), start(i) + sizes[i]);
    }

    int start(int i) {
      int start = 0;
      for (int k = 0; k < i; k++) {
        start += sizes[k];
      }
      return start;
    }

    /** v^T H v / v^T M v, which is never below lam_min(M^-1 H). */
    double quotient(double[] v) {
      double metric = 0;
      for (int i = 0; i < sizes.length; i++) {
        double[] part = new double[sizes[i]];
        System.arraycopy(v, start(i), part, 0, sizes[i]);
        metric += Matrices.dot(part, Matrices.multiply(metrics.get(i), part));
      }
      return Matrices.dot(v, Matrices.multiply(hessian, v)) / metric;
    }

    /** The true rate of all of them. */
    double rate() {
      return ContractionRate.of("all", SymmetricMatrix.blockDiagonal(metrics()), hessian()).value();
    }
  }

  /** No quotient is below it, and inverse iteration comes down to it. */
  @Property(tries = 200)
  void theRateIsTheSmallestQuotient(@ForAll long seed) {
    Random random = new Random(seed);
    Modules modules = new Modules(random, 3);
    double rate = modules.rate();
    double[] v = random.doubles(9, -1, 1).toArray();
    double[][] metric = new double[9][9];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < modules.sizes[i]; j++) {
        int start = modules.start(i);
        System.arraycopy(modules.metrics.get(i)[j], 0, metric[start + j], start, modules.sizes[i]);
      }
    }
    double[][] inverse = Matrices.inverse(modules.hessian);
    for (int repeat = 0; repeat < 500; repeat++) {
      assertThat(modules.quotient(v)).isGreaterThan(rate - 1e-9 * Math.abs(rate));
      v = Matrices.multiply(inverse, Matrices.multiply(metric, v));
      double length = Math.sqrt(Matrices.dot(v, v));
      for (int i = 0; i < v.length; i++) {
        v[i] /= length;
      }
    }
    assertThat(modules.quotient(v)).isLessThan(rate * 1.05);
  }

  /** lam_min(R) is no more than the rate of all modules together. */
  @Property(tries = 1000)
  void theComposedRateIsALowerBound(
      @ForAll @IntRange(min = 2, max = 3) int count, @ForAll long seed) {
    Modules modules = new Modules(new Random(seed), count);
    double bound = ComposedRate.of(modules.metrics(), modules.hessian()).value();
    assertThat(bound).isLessThan(modules.rate() + 1e-10);
  }

  /** About one in three such problems is found to contract, so the bound is not empty. */
  @Test
  void theComposedRateIsOftenPositive() {
    Random random = new Random(0);
    int contracting = 0;
    for (int trial = 0; trial < 1000; trial++) {
      Modules modules = new Modules(random, 2 + trial % 2);
      contracting += ComposedRate.of(modules.metrics(), modules.hessian()).value() > 0 ? 1 : 0;
    }
    assertThat(contracting).isBetween(200, 450);
  }

  @Property(tries = 200)
  void twoModulesHaveAClosedForm(@ForAll long seed) {
    Modules modules = new Modules(new Random(seed), 2);
    double l1 = ContractionRate.of("1", modules.metrics().get(0), modules.block(0)).value();
    double l2 = ContractionRate.of("2", modules.metrics().get(1), modules.block(1)).value();
    SymmetricMatrix root =
        SymmetricMatrix.blockDiagonal(modules.metrics()).mapped(x -> 1 / Math.sqrt(x));
    double r = modules.hessian().between(root).blockNorm(0, 3, 3, 5);
    assertThat(ComposedRate.of(modules.metrics(), modules.hessian()).value())
        .isCloseTo(ComposedRate.ofTwo(l1, l2, r), offset(1e-10));
  }

  @Property
  void twoModulesContractIfAndOnlyIfTheirRatesOutweighTheirCoupling(
      @ForAll @DoubleRange(min = 0.01, max = 10) double l1,
      @ForAll @DoubleRange(min = 0.01, max = 10) double l2) {
    double r = Math.sqrt(l1 * l2);
    assertThat(ComposedRate.ofTwo(l1, l2, 0.999 * r)).isPositive();
    assertThat(ComposedRate.ofTwo(l1, l2, 1.001 * r)).isNegative();
  }

  /** K of each module with the same columns: Gauss-Newton blocks known whole. */
  private static List<double[][]> factors(Random random, int columns, int... parameters) {
    List<double[][]> factors = new ArrayList<>();
    for (int p : parameters) {
      factors.add(Matrices.normal(random, p, columns));
    }
    return factors;
  }

  private static GaussNewtonBlock block(double[][] k, double mu) {
    double[][] gram = Matrices.multiply(Matrices.transpose(k), k);
    return new GaussNewtonBlock("K", SymmetricMatrix.of(gram), k.length, mu);
  }

  private static List<GaussNewtonBlock> blocks(List<double[][]> factors, double mu) {
    return factors.stream().map(k -> block(k, mu)).toList();
  }

  private static SymmetricMatrix metric(double[][] k, double mu) {
    double[][] m = Matrices.multiply(k, Matrices.transpose(k));
    for (int i = 0; i < m.length; i++) {
      m[i][i] += mu;
    }
    return SymmetricMatrix.of(m);
  }

  private static double[][] stacked(List<double[][]> factors) {
    return factors.stream().flatMap(Arrays::stream).toArray(double[][]::new);
  }

  private static SymmetricMatrix gaussNewton(double[][] k) {
    return SymmetricMatrix.of(Matrices.multiply(k, Matrices.transpose(k)));
  }

  /** With fewer parameters than columns a batch sees every direction: both ways must agree. */
  @Property(tries = 100)
  void theGramMatrixHasTheRatesOfTheWholeBlock(
      @ForAll @DoubleRange(min = 0.01, max = 10) double mu,
      @ForAll @DoubleRange(min = 0, max = 1) double weightDecay,
      @ForAll long seed) {
    double[][] k = factors(new Random(seed), 7, 5).get(0);
    ContractionRate whole = ContractionRate.of("K", metric(k, mu), gaussNewton(k));
    ContractionRate seen = block(k, mu).contraction(weightDecay);
    assertThat(seen.value()).isCloseTo(whole.value() + weightDecay, offset(1e-9));
    assertThat(seen.largest()).isCloseTo(whole.largest() + weightDecay, offset(1e-9));
  }

  /** With more of them, the rest of the directions stand still and are left out. */
  @Test
  void directionsThatTheBatchDoesNotSeeAreLeftOut() {
    double[][] k = factors(new Random(4), 3, 8).get(0);
    double mu = 0.1;
    double[] s = block(k, mu).gram().eigenvalues();
    ContractionRate seen = block(k, mu).contraction(0);
    assertThat(seen.value()).isCloseTo(s[0] / (mu + s[0]), offset(1e-12));
    assertThat(seen.text()).contains("in the 3 directions");
    assertThat(ContractionRate.of("K", metric(k, mu), gaussNewton(k)).value())
        .isCloseTo(0, offset(1e-12));
  }

  @Property(tries = 100)
  void composedAndJointRatesOnABatchAreThoseOfTheWholeMatrices(
      @ForAll @DoubleRange(min = 1e-2, max = 10) double mu, @ForAll long seed) {
    List<double[][]> factors = factors(new Random(seed), 16, 3, 5, 4);
    List<SymmetricMatrix> metrics = factors.stream().map(k -> metric(k, mu)).toList();
    SymmetricMatrix hessian = gaussNewton(stacked(factors));
    double joint =
        ContractionRate.of("all", SymmetricMatrix.blockDiagonal(metrics), hessian).value();
    List<GaussNewtonBlock> blocks = blocks(factors, mu);
    assertThat(GaussNewtonBlock.composed(blocks, 0).value())
        .isCloseTo(ComposedRate.of(metrics, hessian).value(), offset(1e-8));
    assertThat(GaussNewtonBlock.joint(blocks, 0).value()).isCloseTo(joint, offset(1e-8));
    assertThat(GaussNewtonBlock.composed(blocks, 0).value())
        .isLessThan(GaussNewtonBlock.joint(blocks, 0).value() + 1e-10);
  }

  /** lam_max(M^-1 H) is at most the number of modules: why a step of 1 / modules is safe. */
  @Property(tries = 100)
  void theLargestJointRateIsAtMostTheNumberOfModules(
      @ForAll @DoubleRange(min = 0, max = 1) double mu, @ForAll long seed) {
    List<double[][]> factors = factors(new Random(seed), 6, 9, 12, 7, 20);
    double largest = GaussNewtonBlock.joint(blocks(factors, mu), 0).largest();
    assertThat(largest).isLessThan(4 + 1e-10).isGreaterThan(2);
    assertThat(block(factors.get(0), mu).contraction(0).largest()).isLessThan(1 + 1e-12);
  }

  /** Without mu the metric is K K^T itself, and all that the batch sees contracts at rate 1. */
  @Test
  void withoutMuEveryDirectionSeenHasRateOne() {
    double[][] twice = factors(new Random(2), 4, 9).get(0);
    for (double[] row : twice) {
      row[3] = row[2];
    }
    double[][] once = factors(new Random(2), 4, 9).get(0);
    assertThat(block(once, 0).contraction(0).value()).isCloseTo(1, offset(1e-9));
    ContractionRate duplicated = block(twice, 0).contraction(0);
    assertThat(duplicated.value()).isCloseTo(0, offset(1e-9));
    assertThat(duplicated.largest()).isCloseTo(1, offset(1e-9));
    assertThat(block(new double[2][3], 0).contraction(0).value()).isEqualTo(0);
  }

  @Test
  void whatHasNoRateIsRefused() {
    SymmetricMatrix two = SymmetricMatrix.of(new double[][] {{1, 0}, {0, 1}});
    SymmetricMatrix singular = SymmetricMatrix.of(new double[][] {{1, 1}, {1, 1}});
    SymmetricMatrix one = SymmetricMatrix.of(new double[][] {{1}});
    assertThatThrownBy(() -> ContractionRate.of("conv1", singular.plus(singular), two))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the metric of conv1 has the eigenvalue")
        .hasMessageContaining("add mu");
    assertThatThrownBy(() -> ContractionRate.of("conv1", one, two))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a 1 x 1 symmetric matrix, H has 2 rows");
    assertThatThrownBy(() -> new GaussNewtonBlock("conv1", one, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameters of conv1 is 0");
    GaussNewtonBlock first = new GaussNewtonBlock("a", one, 1, 1);
    GaussNewtonBlock second = new GaussNewtonBlock("b", two, 1, 1);
    assertThatThrownBy(() -> GaussNewtonBlock.joint(List.of(first, second), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("have one size, these have [1, 2]");
    assertThatThrownBy(() -> first.contraction(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weight decay is -1.0");
    assertThatThrownBy(() -> new GaussNewtonBlock("conv1", one, 1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mu of conv1 is -1.0");
  }
}
