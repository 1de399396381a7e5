package io.loxodrome.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void deviationIsThatOfASample() {
    Spread spread = Spread.of(List.of(2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0));
    assertThat(spread.count()).isEqualTo(8);
    assertThat(spread.mean()).isEqualTo(5);
    assertThat(spread.deviation()).isCloseTo(Math.sqrt(32.0 / 7), within(1e-15));
    assertThat(spread.text()).isEqualTo("5.0000 ± 2.1381");
  }

  @Test
  void oneNumberHasNoDeviation() {
    Spread spread = Spread.of(List.of(0.25));
    assertThat(spread.deviation()).isNaN();
    assertThat(spread.text()).isEqualTo("0.2500");
  }

  @Test
  void nothingHasNoMean() {
    assertThat(Spread.of(List.of()).mean()).isNaN();
    assertThat(Spread.of(List.of()).text()).isEqualTo("-");
  }

  @Test
  void equalNumbersFarFromZeroHaveNone() {
    assertThat(Spread.of(List.of(1e8, 1e8, 1e8)).deviation()).isZero();
  }
}
