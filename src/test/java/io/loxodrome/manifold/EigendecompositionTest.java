package io.loxodrome.manifold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EigendecompositionTest {
  /** A v = lambda v for an orthonormal basis, which is the definition. */
  @Property(tries = 200)
  void eigenvectorsAreOrthonormalAndFulfilTheirEquation(
      @ForAll @IntRange(min = 1, max = 24) int n,
      @ForAll @IntRange(min = 0, max = 24) int rank,
      @ForAll long seed) {
    double[][] a = ofRank(new Random(seed), n, Math.max(1, rank));
    Eigendecomposition found = Eigendecomposition.of(a);
    double[] values = found.values();
    double[][] vectors = found.vectors();
    double[][] overlaps = Matrices.multiply(vectors, Matrices.transpose(vectors));
    double bound = 1e-13 * (1 + n * Math.abs(values[n - 1]));
    for (int i = 0; i < n; i++) {
      double[] product = Matrices.multiply(a, vectors[i]);
      for (int j = 0; j < n; j++) {
        assertThat(product[j]).isCloseTo(values[i] * vectors[i][j], offset(bound));
        double expected = i == j ? 1 : 0;
        assertThat(overlaps[i][j]).isCloseTo(expected, offset(1e-13 * n));
      }
    }
    assertThat(values).isSorted();
  }

  /** X X^T - I / 2, X of so many columns of normal numbers. */
  private static double[][] ofRank(Random random, int n, int rank) {
    double[][] x = new double[n][rank];
    for (double[] row : x) {
      Arrays.setAll(row, j -> random.nextGaussian());
    }
    double[][] matrix = Matrices.multiply(x, Matrices.transpose(x));
    for (int i = 0; i < n; i++) {
      matrix[i][i] -= 0.5;
    }
    return matrix;
  }

  /** The second difference with fixed ends has the eigenvalues 2 - 2 cos(pi k / (n + 1)). */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 17, 64})
  void theSecondDifferencesEigenvaluesAreKnown(int n) {
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      a[i][i] = 2;
      if (i > 0) {
        a[i][i - 1] = -1;
        a[i - 1][i] = -1;
      }
    }
    double[] values = Eigendecomposition.of(a).values();
    for (int k = 1; k <= n; k++) {
      double expected = 2 - 2 * Math.cos(Math.PI * k / (n + 1));
      assertThat(values[k - 1]).isCloseTo(expected, offset(1e-13));
    }
  }

  @Test
  void whatHasNoEigenvaluesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Eigendecomposition.of(new double[][] {{1, 2}}))
        .withMessageContaining("1 rows has one of length 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Eigendecomposition.of(new double[][] {{Double.NaN}}))
        .withMessageContaining("NaN");
  }

  @Test
  void theMatrixStaysAsItIs() {
    double[][] a = {{2, 1, 3}, {1, 0, 4}, {3, 4, 1}};
    Eigendecomposition.of(a).vectors()[0][0] = 5;
    assertThat(a).isDeepEqualTo(new double[][] {{2, 1, 3}, {1, 0, 4}, {3, 4, 1}});
  }
}
