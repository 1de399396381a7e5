package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.ops.MixtureRows.Group;
import java.util.List;
import org.junit.jupiter.api.Test;

class MixtureRowsTest {
  private static MixtureRows rows(int n, float... coefficients) {
    return MixtureRows.of(coefficients, coefficients.length / n, n);
  }

  @Test
  void equalRowsAreOneGroupInTheOrderOfTheirFirstExamples() {
    MixtureRows rows = rows(2, 1, 0, 3, 4, 1, 0, 1, 2, 3, 4);
    assertThat(rows.byRow())
        .containsExactly(
            new Group(List.of(0, 2), List.of(0)),
            new Group(List.of(1, 4), List.of(0, 1)),
            new Group(List.of(3), List.of(0, 1)));
  }

  @Test
  void rowsWithTheSameNonZeroPlacesAreOneGroup() {
    MixtureRows rows = rows(3, 1, 0, 2, 0, 5, 0, 7, 0, -1, 0, 0, 0);
    assertThat(rows.bySupport())
        .containsExactly(
            new Group(List.of(0, 2), List.of(0, 2)),
            new Group(List.of(1), List.of(1)),
            new Group(List.of(3), List.of()));
    assertThat(rows.support()).isEqualTo(2);
  }

  /** -0 mixes to another sign of zero, and a NaN to a NaN: rows are equal if their bits are. */
  @Test
  void rowsAreComparedByTheirBits() {
    MixtureRows rows = rows(1, Float.NaN, -0f, 0f, Float.NaN);
    assertThat(rows.byRow())
        .extracting(Group::examples)
        .containsExactly(List.of(0, 3), List.of(1), List.of(2));
  }

  @Test
  void zerosOfBothSignsAreNoSupportAndNanIs() {
    MixtureRows rows = rows(3, -0f, 0f, Float.NaN);
    assertThat(rows.bySupport()).containsExactly(new Group(List.of(0), List.of(2)));
  }

  @Test
  void coefficientsAreReadByExampleAndBasisPoint() {
    MixtureRows rows = rows(2, 1, 2, 3, 4);
    assertThat(rows.coefficient(1, 0)).isEqualTo(3);
    assertThat(rows.coefficient(0, 1)).isEqualTo(2);
  }

  @Test
  void anEmptyBatchHasNoGroups() {
    MixtureRows rows = MixtureRows.of(new float[0], 0, 4);
    assertThat(rows.byRow()).isEmpty();
    assertThat(rows.bySupport()).isEmpty();
    assertThat(rows.support()).isZero();
  }

  @Test
  void coefficientsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> MixtureRows.of(new float[5], 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("5 coefficients for 2 examples and 3 basis points, expected their product");
  }
}
