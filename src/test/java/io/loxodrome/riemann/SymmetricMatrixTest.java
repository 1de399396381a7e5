package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Eigenvalues, functions and blocks of symmetric matrices. */
class SymmetricMatrixTest {
  @Test
  void zeroEqualAndNegativeEigenvaluesAreFound() {
    assertThat(SymmetricMatrix.of(new double[3][3]).eigenvalues()).containsExactly(0, 0, 0);
    double[][] swap = {{0, 1}, {1, 0}};
    assertThat(SymmetricMatrix.of(swap).eigenvalues()).containsExactly(new double[] {-1, 1}, at());
    double[][] ones = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
    assertThat(SymmetricMatrix.of(ones).eigenvalues())
        .containsExactly(new double[] {0, 0, 3}, at());
  }

  private static Offset<Double> at() {
    return offset(1e-15);
  }

  @Test
  void theRootTimesItselfIsTheMatrix() {
    double[][] a = Matrices.positive(new Random(1), 9, 9, 1, 0.1);
    SymmetricMatrix matrix = SymmetricMatrix.of(a);
    SymmetricMatrix root = matrix.mapped(Math::sqrt);
    double[][] rows = new double[9][9];
    for (int i = 0; i < 9; i++) {
      for (int j = 0; j < 9; j++) {
        rows[i][j] = root.at(i, j);
      }
    }
    double[][] square = Matrices.multiply(rows, rows);
    for (int i = 0; i < 9; i++) {
      assertThat(square[i]).containsExactly(a[i], offset(1e-13 * matrix.largest()));
    }
  }

  @Test
  void roundingIsMadeEven() {
    double[][] nearly = {{1, 2}, {2 + 2e-6, 3}};
    assertThat(SymmetricMatrix.of(nearly).at(0, 1)).isEqualTo(2 + 1e-6);
    assertThat(SymmetricMatrix.of(nearly).at(1, 0)).isEqualTo(2 + 1e-6);
  }

  @Test
  void whatIsNoSymmetricMatrixIsRefused() {
    assertThatThrownBy(() -> SymmetricMatrix.of(new double[][] {{1, 2}, {3, 4}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("element (0, 1) is 2.0, its mirror image 3.0");
    assertThatThrownBy(() -> SymmetricMatrix.of(new double[][] {{1, 2}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 rows, one of them of length 2");
    assertThatThrownBy(() -> SymmetricMatrix.of(new double[][] {{Double.NaN}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> SymmetricMatrix.of(new double[0][]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one row");
  }
}
