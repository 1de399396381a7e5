package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.manifold.WeightManifold;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnPlanTest {
  @ParameterizedTest
  @CsvSource({
    "1, 128, 16", "16, 128, 16", "17, 128, 32", "64, 128, 64", "96, 128, 96", "97, 64, 112",
    "192, 64, 192", "193, 32, 208", "200, 32, 208", "384, 32, 384", "385, 16, 400", "768, 16, 768"
  })
  void columnsOfUpTo768RowsAreKeptAsAWhole(int rows, int threads, int segment) {
    assertThat(ColumnPlan.of(rows))
        .isEqualTo(new ColumnPlan(threads, segment, threads * segment * Float.BYTES));
  }

  @Test
  void longerColumnsGoThroughInSegments() {
    assertThat(ColumnPlan.of(769)).isEqualTo(new ColumnPlan(32, 192, 32 * (192 + 4 * 3) * 4));
    assertThat(ColumnPlan.of(12480).threads()).isEqualTo(32);
    assertThat(ColumnPlan.of(12481).threads()).isEqualTo(16);
  }

  @Test
  void everySplineFitsSharedMemory() {
    for (int rows = 1; rows <= WeightManifold.MAXIMUM_BASIS_SIZE; rows += 1 + rows / 100) {
      ColumnPlan plan = ColumnPlan.of(rows);
      int segments = (rows - 1) / plan.segment() + 1;
      assertThat(plan.segment() % MetricForm.Banded.ROWS).as("%d rows", rows).isZero();
      assertThat(plan.sharedBytes())
          .as("%d rows", rows)
          .isEqualTo((plan.segment() + 3 * (segments - 1)) * plan.threads() * Float.BYTES)
          .isLessThanOrEqualTo(48 * 1024);
    }
  }
}
