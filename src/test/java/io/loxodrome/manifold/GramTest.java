package io.loxodrome.manifold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for the Gram matrix of every manifold, whatever its family. */
class GramTest {

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void equalsTheIntegralOfTheOuterProduct(WeightManifold manifold) {
    double[][] integral = Matrices.restrict(manifold, Quadrature.gram(manifold));
    Matrices.assertClose(manifold.gram().matrix(), integral, 1e-14);
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void timesItsInverseIsTheIdentity(WeightManifold manifold) {
    Gram gram = manifold.gram();
    double[][] product = Matrices.multiply(gram.matrix(), gram.inverse());
    double tolerance = 1e-15 * gram.size() * Matrices.largest(gram.inverse()) + 1e-15;
    Matrices.assertClose(product, Matrices.freeIdentity(manifold), tolerance);
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void inverseIsSymmetricToTheLastBit(WeightManifold manifold) {
    double[][] inverse = manifold.gram().inverse();
    assertThat(Matrices.transpose(inverse)).isDeepEqualTo(inverse);
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void inverseEqualsGaussJordanOnTheFreePoints(WeightManifold manifold) {
    double[][] matrix = manifold.gram().matrix();
    for (int k = 0; k < matrix.length; k++) {
      matrix[k][k] += manifold.frozen(k) ? 1 : 0;
    }
    double[][] expected = Matrices.restrict(manifold, Matrices.invert(matrix));
    double tolerance = 1e-14 * manifold.gram().conditionNumber() * Matrices.largest(expected);
    Matrices.assertClose(manifold.gram().inverse(), expected, tolerance);
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void solveAppliesTheInverse(WeightManifold manifold) {
    Gram gram = manifold.gram();
    double[] x = new Random(1).doubles(gram.size(), -1, 1).toArray();
    double[] expected = Matrices.multiply(gram.inverse(), x);
    gram.solve(x);
    double tolerance = 1e-14 * gram.size() * Matrices.largest(gram.inverse());
    Matrices.assertClose(x, expected, tolerance);
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void whiteningIsUpperTriangularAndSquaresToTheGram(WeightManifold manifold) {
    Gram gram = manifold.gram();
    double[][] r = gram.whitening();
    for (int i = 0; i < r.length; i++) {
      assertThat(Arrays.stream(r[i], 0, i))
          .as("row %d below the diagonal", i)
          .allMatch(value -> value == 0);
      assertThat(r[i][i] > 0).as("pivot %d", i).isEqualTo(!manifold.frozen(i));
    }
    Matrices.assertClose(Matrices.multiply(Matrices.transpose(r), r), gram.matrix(), 1e-15);
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void whiteningInverseUndoesTheWhitening(WeightManifold manifold) {
    Gram gram = manifold.gram();
    double[][] inverse = gram.whiteningInverse();
    double tolerance = 1e-14 * gram.size() * Matrices.largest(inverse);
    Matrices.assertClose(
        Matrices.multiply(inverse, gram.whitening()), Matrices.freeIdentity(manifold), tolerance);
    double[][] square = Matrices.multiply(inverse, Matrices.transpose(inverse));
    Matrices.assertClose(
        square, gram.inverse(), 1e-13 * gram.conditionNumber() * Matrices.largest(square));
  }

  @ParameterizedTest
  @CsvSource({
    "point, 1",
    "line, 3",
    "rod, 1",
    "ellipse, 2",
    "bezier:2, 10",
    "bezier:3, 35",
    "bezier:8, 24310",
    "bezier:10, 352716",
    "torus, 4",
    "sheet, 9",
    "sphere:1, 3",
    "sphere:2, 15"
  })
  void conditionNumberEqualsItsClosedForm(String spec, double expected) {
    assertThat(WeightManifold.parse(spec).gram().conditionNumber())
        .isCloseTo(expected, withPercentage(1e-8));
  }

  @ParameterizedTest
  @CsvSource({
    "spline:4, 35.00",
    "spline:5, 30.26",
    "spline:8, 28.06",
    "spline:16, 26.64",
    "spline:64, 26.82",
    "spline:4:periodic, 18.53",
    "spline:5:periodic, 8.94",
    "spline:7:periodic, 12.03",
    "spline:8:periodic, 18.53",
    "spline:16:periodic, 18.53",
    "spline:64:periodic, 18.53",
  })
  void conditionNumberOfSplinesEqualsTheTable(String spec, double expected) {
    assertThat(WeightManifold.parse(spec).gram().conditionNumber())
        .isCloseTo(expected, offset(0.005));
  }

  @ParameterizedTest
  @CsvSource({
    "spline:4:unclamped, 6965.7",
    "spline:8:unclamped, 1434.0",
    "spline:16:unclamped, 1415.6",
    "spline:64:unclamped, 1437.7"
  })
  void conditionNumberOfUnclampedSplinesEqualsTheTable(String spec, double expected) {
    assertThat(WeightManifold.parse(spec).gram().conditionNumber())
        .isCloseTo(expected, offset(0.05));
  }

  /** The figures are the decay of the exact inverse; a band cut from it would be another metric. */
  @Test
  void inverseOfASplineIsFull() {
    double[][] inverse = WeightManifold.parse("spline:32").gram().inverse();
    assertThat(inverse[0][31]).isNotZero();
    assertThat(Math.abs(inverse[16][24] / inverse[16][16])).isCloseTo(8.18e-3, offset(1e-5));
    assertThat(Math.abs(inverse[16][31] / inverse[16][16])).isCloseTo(1.64e-4, offset(1e-6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"spline:200", "spline:200:periodic", "spline:200:unclamped"})
  void longSplinesAreSolvedToTheInverse(String spec) {
    Gram gram = WeightManifold.parse(spec).gram();
    double[][] product = Matrices.multiply(gram.matrix(), gram.inverse());
    double[][] identity = new double[200][200];
    for (int i = 0; i < 200; i++) {
      identity[i][i] = 1;
    }
    Matrices.assertClose(product, identity, 1e-12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"spline:5000", "spline:5000:periodic", "spline:5000:unclamped"})
  void veryLongSplinesAreSolvedWithoutADenseMatrix(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    double[] expected = new Random(5).doubles(5000, -1, 1).toArray();
    double[] x = multiplySpline((CubicSpline) manifold, expected);
    manifold.gram().solve(x);
    Matrices.assertClose(x, expected, 1e-11);
  }

  /** G x by one pass over the spans' exact element matrices and the ends' exact rows. */
  private static double[] multiplySpline(CubicSpline spline, double[] x) {
    int n = x.length;
    double[][] rows = SplineRationals.endRows(spline.ends());
    double h = 1.0 / spline.spans();
    double[] product = new double[n];
    for (int i = 0; i < n; i++) {
      for (int d = -3; d <= 3; d++) {
        int j = spline.ends() == CubicSpline.Ends.PERIODIC ? Math.floorMod(i + d, n) : i + d;
        if (j >= 0 && j < n) {
          product[i] += h / 5040 * SplineRationals.entry(rows, n, i, j, Math.abs(d)) * x[j];
        }
      }
    }
    return product;
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void whatItHandsOutIsACopy(WeightManifold manifold) {
    Gram gram = manifold.gram();
    gram.matrix()[0][0] = 7;
    gram.inverse()[0][0] = 7;
    gram.whitening()[0][0] = 7;
    double[][] inverse = gram.inverse();
    assertThat(gram.matrix()).isDeepEqualTo(manifold.gram().matrix());
    assertThat(inverse).isDeepEqualTo(manifold.gram().inverse());
    assertThat(gram.whitening()).isDeepEqualTo(manifold.gram().whitening());
  }

  @ParameterizedTest
  @MethodSource("io.loxodrome.manifold.Examples#manifolds")
  void refusesAVectorOfAnotherLength(WeightManifold manifold) {
    Gram gram = manifold.gram();
    int n = gram.size();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gram.solve(new double[n + 1]))
        .withMessageContaining("length " + (n + 1))
        .withMessageContaining("size " + n);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gram.kernel(new double[n + 1], new double[n]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gram.kernel(new double[n], new double[n - 1]));
  }

  @Test
  void familiesShowTheirRepresentation() {
    assertThat(WeightManifold.parse("point").gram())
        .isInstanceOfSatisfying(
            DiagonalGram.class, gram -> assertThat(gram.diagonal()).containsExactly(1));
    assertThat(WeightManifold.parse("line").gram()).isInstanceOf(DenseGram.class);
    assertThat(WeightManifold.parse("torus").gram())
        .isInstanceOfSatisfying(
            KroneckerGram.class,
            gram -> {
              assertThat(gram.left()).isInstanceOf(DiagonalGram.class);
              assertThat(gram.right()).isInstanceOf(DiagonalGram.class);
            });
    assertThat(WeightManifold.parse("rod").gram())
        .isInstanceOfSatisfying(
            RestrictedGram.class,
            gram -> {
              assertThat(gram.freePoints()).containsExactly(1);
              assertThat(gram.free().size()).isEqualTo(1);
            });
  }

  @Test
  void bandedFactorIsTheWhiteningByRows() {
    BandedGram gram = (BandedGram) WeightManifold.parse("spline:9").gram();
    double[][] r = gram.whitening();
    double[][] g = gram.matrix();
    for (int i = 0; i < 9; i++) {
      for (int d = 0; d < 4; d++) {
        assertThat(gram.factor()[4 * i + d]).isEqualTo(i + d < 9 ? r[i][i + d] : 0);
        assertThat(gram.rows()[4 * i + d]).isEqualTo(i + d < 9 ? g[i][i + d] : 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 6, 7, 11})
  void cyclicFactorIsTheWhiteningInBlocks(int n) {
    CyclicGram gram = (CyclicGram) WeightManifold.parse("spline:" + n + ":periodic").gram();
    double[][] r = gram.whitening();
    for (int i = 0; i < n - 3; i++) {
      for (int d = 0; d < 4; d++) {
        assertThat(gram.factor()[4 * i + d]).isEqualTo(i + d < n - 3 ? r[i][i + d] : 0);
      }
      assertThat(gram.border()[i]).containsExactly(Arrays.copyOfRange(r[i], n - 3, n));
    }
    for (int i = 0; i < 3; i++) {
      assertThat(gram.corner()[i]).containsExactly(Arrays.copyOfRange(r[n - 3 + i], n - 3, n));
    }
  }

  @Test
  void denseGramInvertsWhatItIsGiven() {
    double[][] matrix = {{4, 1, 0.5}, {1, 3, -1}, {0.5, -1, 2}};
    DenseGram gram = DenseGram.of(matrix);
    Matrices.assertClose(gram.inverse(), Matrices.invert(matrix), 1e-15);
    Matrices.assertClose(gram.matrix(), matrix, 0);
  }

  @Test
  void denseGramRefusesWhatIsNoMetric() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DenseGram.of(new double[][] {{21, 33}, {33, 21}}))
        .withMessageContaining("not positive definite");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DenseGram.of(new double[][] {{1, Double.NaN}, {Double.NaN, 1}}))
        .withMessageContaining("not positive definite");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DenseGram.of(new double[][] {{1, 0}, {0}}))
        .withMessageContaining("square");
  }
}
