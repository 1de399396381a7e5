package io.loxodrome.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkersTest {
  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "3,1", "7,1", "100,16", "16,16", "17,16", "1000,64"})
  void slicesCoverEveryItemOnceWithBordersAtTheGrain(int total, int grain) {
    try (Workers workers = new Workers(3, new NativePool())) {
      AtomicIntegerArray seen = new AtomicIntegerArray(total);
      ConcurrentSkipListMap<Integer, Integer> borders = new ConcurrentSkipListMap<>();
      workers.slices(
          total,
          grain,
          (worker, from, to) -> {
            borders.put(from, worker.index());
            for (int i = from; i < to; i++) {
              seen.incrementAndGet(i);
            }
          });
      for (int i = 0; i < total; i++) {
        assertThat(seen.get(i)).as("item %d", i).isOne();
      }
      assertThat(borders.keySet()).allMatch(from -> from % grain == 0);
      assertThat(List.copyOf(borders.values())).isSorted();
      assertThat(borders).hasSize(workers.used(total, grain));
    }
  }

  @Test
  void aFailureReachesTheCallerAfterTheOthersAreDone() {
    try (Workers workers = new Workers(2, new NativePool())) {
      AtomicBoolean otherDone = new AtomicBoolean();
      assertThatThrownBy(
              () ->
                  workers.slices(
                      2,
                      1,
                      (worker, from, to) -> {
                        if (from == 0) {
                          throw new IllegalStateException("slice 0");
                        }
                        otherDone.set(true);
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("slice 0");
      assertThat(otherDone).isTrue();
    }
  }

  @Test
  void anInterruptWaitsUntilTheSlicesAreDone() {
    try (Workers workers = new Workers(2, new NativePool())) {
      AtomicIntegerArray done = new AtomicIntegerArray(2);
      Thread.currentThread().interrupt();
      workers.slices(2, 1, (worker, from, to) -> done.set(from, 1));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(done.get(0) + done.get(1)).isEqualTo(2);
    }
  }
}
