package io.loxodrome.manifold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is particular to splines: spans, knots and the seam of a periodic curve. */
class CubicSplineTest {

  @Property
  void coefficientsAreAPartitionOfUnity(
      @ForAll @IntRange(min = 4, max = 300) int n,
      @ForAll CubicSpline.Ends ends,
      @ForAll @DoubleRange(min = 0, max = 1) double s) {
    double[] four = new double[4];
    new CubicSpline(n, ends).span(s, four);
    assertThat(Arrays.stream(four)).allMatch(value -> value >= 0 && value <= 1);
    assertThat(four[0] + four[1] + four[2] + four[3]).isCloseTo(1, offset(1e-15));
  }

  @Property
  void spanHoldsAllThatIsNotZero(
      @ForAll @IntRange(min = 4, max = 40) int n,
      @ForAll CubicSpline.Ends ends,
      @ForAll @DoubleRange(min = 0, max = 1) double s) {
    CubicSpline spline = new CubicSpline(n, ends);
    double[] four = new double[4];
    int first = spline.span(s, four);
    assertThat(first).isBetween(0, spline.spans() - 1);
    assertThat(s * spline.spans()).isBetween((double) first, first + 1.0);
    double[] expected = new double[n];
    for (int m = 0; m < 4; m++) {
      expected[(first + m) % n] = four[m];
    }
    assertThat(Examples.coefficients(spline, s)).containsExactly(expected);
  }

  @ParameterizedTest
  @EnumSource
  void lastSpanEndsAtOne(CubicSpline.Ends ends) {
    CubicSpline spline = new CubicSpline(9, ends);
    assertThat(spline.span(1, new double[4])).isEqualTo(spline.spans() - 1);
    assertThat(spline.span(Math.nextDown(1.0), new double[4])).isEqualTo(spline.spans() - 1);
    assertThat(spline.span(0, new double[4])).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void coefficientsAndSlopesAreContinuousAcrossKnots(CubicSpline.Ends ends) {
    CubicSpline spline = new CubicSpline(11, ends);
    double[][] before = new double[1][11];
    double[][] after = new double[1][11];
    for (int knot = 1; knot < spline.spans(); knot++) {
      double s = (double) knot / spline.spans();
      double left = s - 1e-12;
      double right = s + 1e-12;
      Matrices.assertClose(
          Examples.coefficients(spline, left), Examples.coefficients(spline, right), 1e-10);
      spline.derivatives(new double[] {left}, before);
      spline.derivatives(new double[] {right}, after);
      Matrices.assertClose(before, after, 1e-8);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 6, 7, 12})
  void periodicCurveIsSmoothAcrossItsSeam(int n) {
    CubicSpline spline = new CubicSpline(n, CubicSpline.Ends.PERIODIC);
    Matrices.assertClose(Examples.coefficients(spline, 0), Examples.coefficients(spline, 1), 1e-15);
    double[][] start = new double[1][n];
    double[][] stop = new double[1][n];
    spline.derivatives(new double[] {0}, start);
    spline.derivatives(new double[] {1}, stop);
    Matrices.assertClose(start, stop, 1e-13);
  }

  @Test
  void clampedCurveStartsAtItsFirstAndEndsAtItsLastPoint() {
    CubicSpline spline = new CubicSpline(7, CubicSpline.Ends.CLAMPED);
    assertThat(Examples.coefficients(spline, 0)).containsExactly(1, 0, 0, 0, 0, 0, 0);
    assertThat(Examples.coefficients(spline, 1)).containsExactly(0, 0, 0, 0, 0, 0, 1);
  }

  @Test
  void clampedSplineOfFourIsTheCubicBezier() {
    for (double s : new double[] {0, 0.1, 0.5, 0.77, 1}) {
      Matrices.assertClose(
          Examples.coefficients(new CubicSpline(4, CubicSpline.Ends.CLAMPED), s),
          Examples.coefficients(new Bezier(3), s),
          1e-15);
    }
  }

  @Property
  void longCurvesLoseNoDigits(@ForAll @DoubleRange(min = 0, max = 1) double u) {
    CubicSpline spline = new CubicSpline(4096, CubicSpline.Ends.PERIODIC);
    double[] near = new double[4];
    double[] far = new double[4];
    int first = spline.span(Math.scalb(Math.rint(u * 1024), -10) / 4096, near);
    int last = spline.span((Math.scalb(Math.rint(u * 1024), -10) + 4094) / 4096, far);
    assertThat(last - first).isEqualTo(4094);
    assertThat(far).containsExactly(near);
  }

  @Test
  void refusesBadPlacesAndRoom() {
    CubicSpline spline = new CubicSpline(8, CubicSpline.Ends.PERIODIC);
    assertThatIllegalArgumentException().isThrownBy(() -> spline.span(1.5, new double[4]));
    assertThatIllegalArgumentException().isThrownBy(() -> spline.span(Double.NaN, new double[4]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> spline.span(0.5, new double[3]))
        .withMessageContaining("fourCoefficients has length 3");
  }
}
