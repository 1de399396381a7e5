package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixWorkTest {
  @ParameterizedTest
  @CsvSource({"9,1,1", "9,2,2", "9,3,4", "9,4,4", "9,5,8", "9,8,8", "9,9,9", "128,65,128"})
  void distinctRowsAreRoundedUpToAPowerOfTwoButNotBeyondTheBatch(
      int batch, int distinct, int rounded) {
    float[] a = new float[batch];
    for (int i = 0; i < batch; i++) {
      a[i] = i % distinct;
    }
    MixWork<String> work = MixWork.of("layer", MixtureRows.of(a, batch, 1));
    assertThat(work.distinct()).isEqualTo(rounded);
    assertThat(work.batch()).isEqualTo(batch);
  }

  @Test
  void anEmptyBatchIsNoWork() {
    MixWork<String> work = MixWork.of("layer", MixtureRows.of(new float[0], 0, 3));
    assertThat(work).isEqualTo(new MixWork<>("layer", 0, 3, 0, 0));
  }

  @Test
  void supportIsThatOfTheFullestRow() {
    float[] a = {0, 0, 0, 1, 0, 1, 0, 1, 0};
    MixWork<String> work = MixWork.of("layer", MixtureRows.of(a, 3, 3));
    assertThat(work.support()).isEqualTo(2);
  }
}
