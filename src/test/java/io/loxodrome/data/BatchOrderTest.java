package io.loxodrome.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchOrderTest {
  @Test
  void everyExampleIsTrainedOnOnceWhereBatchesFit() {
    BatchOrder order = new BatchOrder(120, 8, 5);
    int[][] batches = order.epoch(0);
    assertThat(batches.length).isEqualTo(15).isEqualTo(order.batches());
    assertThat(flat(batches)).containsExactlyInAnyOrder(IntStream.range(0, 120).toArray());
  }

  @Test
  void whatIsLeftOverIsDroppedAndDiffersByEpoch() {
    BatchOrder order = new BatchOrder(103, 10, 5);
    assertThat(order.batches()).isEqualTo(10);
    for (int[] batch : order.epoch(7)) {
      assertThat(batch).hasSize(10);
    }
    int[] first = flat(order.epoch(0));
    assertThat(first).hasSize(100).doesNotHaveDuplicates();
    assertThat(IntStream.of(first)).allMatch(i -> i >= 0 && i < 103);
    assertThat(IntStream.of(flat(order.epoch(1))).sorted().toArray())
        .isNotEqualTo(IntStream.of(first).sorted().toArray());
  }

  @Test
  void theOrderIsAFunctionOfSeedAndEpoch() {
    int[][] epoch = new BatchOrder(100, 10, 5).epoch(3);
    assertThat(new BatchOrder(100, 10, 5).epoch(3)).isDeepEqualTo(epoch);
    assertThat(flat(new BatchOrder(100, 10, 5).epoch(4))).isNotEqualTo(flat(epoch));
    assertThat(flat(new BatchOrder(100, 10, 6).epoch(3))).isNotEqualTo(flat(epoch));
  }

  @Test
  void theBatchSizeOnlyCutsTheOrder() {
    assertThat(flat(new BatchOrder(100, 5, 5).epoch(3)))
        .isEqualTo(flat(new BatchOrder(100, 20, 5).epoch(3)));
  }

  @Test
  void aBatchAsLargeAsTheDataIsOneBatch() {
    assertThat(new BatchOrder(7, 7, 0).epoch(0).length).isEqualTo(1);
  }

  @Test
  void impossibleBatchesAreRefused() {
    assertThatThrownBy(() -> new BatchOrder(100, 128, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "batch of 128 is larger than the data, which has 100 examples; take a smaller batch");
    assertThatThrownBy(() -> new BatchOrder(100, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch is 0, expected 1 or more");
  }

  private static int[] flat(int[][] batches) {
    return Arrays.stream(batches).flatMapToInt(IntStream::of).toArray();
  }
}
