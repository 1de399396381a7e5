package io.loxodrome.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.ops.Normalization;
import org.junit.jupiter.api.Test;

class ChannelStatisticsTest {
  /** Two images of two channels of 1 x 2; bytes above 127 are negative in Java. */
  private static final ImageSet SET =
      new ImageSet(
          "two", 2, 1, 2, 1, new byte[] {0, (byte) 255, 10, 20, (byte) 255, 0, 30, 40}, new int[2]);

  @Test
  void meanAndDeviationAreThoseOfEachChannel() {
    Normalization normalization = ChannelStatistics.of(SET);
    assertThat(normalization.mean().get(0)).isCloseTo(0.5, within(1e-15));
    assertThat(normalization.deviation().get(0)).isCloseTo(0.5, within(1e-15));
    assertThat(normalization.mean().get(1)).isCloseTo(25 / 255.0, within(1e-15));
    assertThat(normalization.deviation().get(1)).isCloseTo(Math.sqrt(125) / 255, within(1e-15));
  }

  @Test
  void aConstantChannelIsOnlyCentred() {
    ImageSet grey = new ImageSet("grey", 1, 1, 3, 1, new byte[] {51, 51, 51}, new int[1]);
    Normalization normalization = ChannelStatistics.of(grey);
    assertThat(normalization.mean().get(0)).isCloseTo(0.2, within(1e-15));
    assertThat(normalization.deviation()).containsExactly(1.0);
  }
}
