package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class NormalizationTest {
  @Test
  void constantsThatCannotNormaliseAreRefused() {
    assertRefused(
        List.of(0.5),
        List.of(0.0),
        "deviation of channel 0 is 0.0, expected a finite number above 0");
    assertRefused(
        List.of(0.5, 0.5),
        List.of(1.0, Double.NaN),
        "deviation of channel 1 is NaN, expected a finite number above 0");
    assertRefused(
        List.of(0.5),
        List.of(Double.POSITIVE_INFINITY),
        "deviation of channel 0 is Infinity, expected a finite number above 0");
    assertRefused(
        List.of(Double.NaN), List.of(1.0), "mean of channel 0 is NaN, expected a finite number");
    assertRefused(
        List.of(0.5, 0.5),
        List.of(1.0),
        "normalization has 2 means and 1 deviations, expected one of each per channel");
    assertRefused(
        List.of(),
        List.of(),
        "normalization has 0 means and 0 deviations, expected one of each per channel");
  }

  private static void assertRefused(List<Double> mean, List<Double> deviation, String message) {
    assertThatThrownBy(() -> new Normalization(mean, deviation))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
