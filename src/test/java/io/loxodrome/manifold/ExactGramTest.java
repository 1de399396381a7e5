package io.loxodrome.manifold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gram matrices against exact rationals. */
class ExactGramTest {

  private static Gram gram(String spec) {
    return WeightManifold.parse(spec).gram();
  }

  private static double[][] scaled(double scale, double[][] matrix) {
    for (double[] row : matrix) {
      for (int j = 0; j < row.length; j++) {
        row[j] *= scale;
      }
    }
    return matrix;
  }

  private static double[][] diagonal(double... values) {
    double[][] matrix = new double[values.length][values.length];
    for (int i = 0; i < values.length; i++) {
      matrix[i][i] = values[i];
    }
    return matrix;
  }

  @Test
  void lineAndItsInverse() {
    assertThat(gram("line").matrix())
        .isDeepEqualTo(new double[][] {{1.0 / 3, 1.0 / 6}, {1.0 / 6, 1.0 / 3}});
    assertThat(gram("line").inverse()).isDeepEqualTo(new double[][] {{4, -2}, {-2, 4}});
  }

  @Test
  void rodIsRestrictedToItsFreePoint() {
    assertThat(gram("rod").matrix()).isDeepEqualTo(new double[][] {{0, 0}, {0, 1.0 / 3}});
    Matrices.assertClose(gram("rod").inverse(), new double[][] {{0, 0}, {0, 3}}, 1e-15);
  }

  @Test
  void ellipseTorusAndFourier() {
    assertThat(gram("ellipse").matrix()).isDeepEqualTo(diagonal(1, 0.5, 0.5));
    assertThat(gram("ellipse").inverse()).isDeepEqualTo(diagonal(1, 2, 2));
    assertThat(gram("fourier:3").matrix()).isDeepEqualTo(diagonal(1, .5, .5, .5, .5, .5, .5));
    assertThat(gram("torus").inverse()).isDeepEqualTo(diagonal(1, 2, 2, 2, 4, 4, 2, 4, 4));
  }

  @Test
  void sheet() {
    double[][] matrix = {{4, 2, 2, 1}, {2, 4, 1, 2}, {2, 1, 4, 2}, {1, 2, 2, 4}};
    Matrices.assertClose(gram("sheet").matrix(), scaled(1.0 / 36, matrix), 1e-16);
    assertThat(gram("sheet").inverse())
        .isDeepEqualTo(
            new double[][] {{16, -8, -8, 4}, {-8, 16, 4, -8}, {-8, 4, 16, -8}, {4, -8, -8, 16}});
  }

  @Test
  void spheres() {
    assertThat(gram("sphere:1").matrix()).isDeepEqualTo(diagonal(1, 1.0 / 3, 1.0 / 3, 1.0 / 3));
    Matrices.assertClose(
        gram("sphere:2").inverse(), diagonal(1, 3, 3, 3, 15, 15, 15, 15.0 / 4, 5.0 / 4), 1e-14);
  }

  @Test
  void bezierInversesOfLowDegree() {
    Matrices.assertClose(
        gram("bezier:2").inverse(), new double[][] {{9, -9, 3}, {-9, 21, -9}, {3, -9, 9}}, 1e-14);
    Matrices.assertClose(
        gram("bezier:3").inverse(),
        new double[][] {
          {16, -24, 16, -4},
          {-24, 208.0 / 3, -172.0 / 3, 16},
          {16, -172.0 / 3, 208.0 / 3, -24},
          {-4, 16, -24, 16}
        },
        1e-13);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 9, 12})
  void bezierEqualsItsFormulaInIntegers(int d) {
    double[][] expected = new double[d + 1][d + 1];
    for (int i = 0; i <= d; i++) {
      for (int j = 0; j <= d; j++) {
        BigInteger numerator = choose(d, i).multiply(choose(d, j));
        BigInteger denominator = choose(2 * d, i + j).multiply(BigInteger.valueOf(2 * d + 1));
        expected[i][j] = numerator.doubleValue() / denominator.doubleValue();
      }
    }
    Matrices.assertClose(new Bezier(d).gram().matrix(), expected, 1e-15);
  }

  /** Against Gauss-Jordan elimination in 60 decimal digits. */
  @ParameterizedTest
  @ValueSource(ints = {4, 8, 12})
  void bezierInverseIsAccurateInEveryEntry(int d) {
    double[][] inverse = new Bezier(d).gram().inverse();
    MathContext digits = new MathContext(60);
    BigDecimal[][] work = new BigDecimal[d + 1][2 * d + 2];
    for (int i = 0; i <= d; i++) {
      for (int j = 0; j <= d; j++) {
        work[i][j] =
            new BigDecimal(choose(d, i).multiply(choose(d, j)))
                .divide(
                    new BigDecimal(choose(2 * d, i + j).multiply(BigInteger.valueOf(2 * d + 1))),
                    digits);
        work[i][d + 1 + j] = BigDecimal.valueOf(i == j ? 1 : 0);
      }
    }
    eliminate(work, digits);
    for (int i = 0; i <= d; i++) {
      for (int j = 0; j <= d; j++) {
        double expected = work[i][d + 1 + j].doubleValue();
        assertThat(inverse[i][j] / expected).as("entry (%d, %d)", i, j).isCloseTo(1, offset(1e-14));
      }
    }
  }

  private static void eliminate(BigDecimal[][] work, MathContext digits) {
    for (int column = 0; column < work.length; column++) {
      BigDecimal pivot = work[column][column];
      for (int j = 0; j < work[0].length; j++) {
        work[column][j] = work[column][j].divide(pivot, digits);
      }
      for (int i = 0; i < work.length; i++) {
        BigDecimal factor = work[i][column];
        for (int j = 0; i != column && j < work[0].length; j++) {
          work[i][j] = work[i][j].subtract(factor.multiply(work[column][j], digits), digits);
        }
      }
    }
  }

  private static BigInteger choose(int n, int k) {
    BigInteger value = BigInteger.ONE;
    for (int i = 1; i <= k; i++) {
      value = value.multiply(BigInteger.valueOf(n - k + i)).divide(BigInteger.valueOf(i));
    }
    return value;
  }

  @ParameterizedTest
  @EnumSource(names = {"CLAMPED", "UNCLAMPED"})
  void openSplineHasTheExactRows(CubicSpline.Ends ends) {
    for (int n : new int[] {10, 12, 33}) {
      double[][] rows = SplineRationals.endRows(ends);
      double[][] expected = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          expected[i][j] = SplineRationals.entry(rows, n, i, j, Math.abs(i - j));
        }
      }
      Matrices.assertClose(
          new CubicSpline(n, ends).gram().matrix(), scaled(1.0 / (n - 3) / 5040, expected), 1e-15);
    }
  }

  @Test
  void clampedSplineOfFourIsTheCubicBezier() {
    Matrices.assertClose(gram("spline:4").matrix(), gram("bezier:3").matrix(), 1e-15);
    double[][] printed = {{60, 30, 12, 3}, {30, 36, 27, 12}, {12, 27, 36, 30}, {3, 12, 30, 60}};
    Matrices.assertClose(gram("spline:4").matrix(), scaled(1.0 / 420, printed), 1e-15);
  }

  @Test
  void unclampedSplineOfFourIsOneSpan() {
    double[][] element = {
      {20, 129, 60, 1}, {129, 1188, 933, 60}, {60, 933, 1188, 129}, {1, 60, 129, 20}
    };
    Matrices.assertClose(gram("spline:4:unclamped").matrix(), scaled(1.0 / 5040, element), 1e-15);
  }

  /** On a ring of fewer than 7 points distances d and n - d meet, and their values add. */
  @ParameterizedTest
  @ValueSource(ints = {4, 5, 6, 7, 8, 12})
  void periodicSplineIsTheInteriorRowWrappedRound(int n) {
    double[][] expected = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int d = -3; d <= 3; d++) {
        expected[i][Math.floorMod(i + d, n)] += SplineRationals.INTERIOR[Math.abs(d)];
      }
    }
    Matrices.assertClose(
        gram("spline:" + n + ":periodic").matrix(), scaled(1.0 / n / 5040, expected), 1e-15);
  }
}
