package io.loxodrome.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.tensor.Philox;
import org.junit.jupiter.api.Test;

class NoiseScheduleTest {
  @Test
  void sharesOfNoiseAreDrawnEvenlyUpToTheMaximum() {
    NoiseSchedule schedule = new NoiseSchedule(0.8);
    Philox random = new Philox(3);
    int[] counts = new int[8];
    for (int i = 0; i < 40_000; i++) {
      double s = schedule.sample(random, 1, i);
      assertThat(s).isBetween(0.0, Math.nextDown(0.8));
      counts[(int) (s * 10)]++;
    }
    for (int count : counts) {
      assertThat(count).isCloseTo(5000, within(300));
    }
    assertThat(schedule.sample(random, 1, 2)).isEqualTo(0.8 * random.uniform(1, 2));
  }

  @Test
  void theManifoldIsConditionedOnTheShareOfTheMaximum() {
    NoiseSchedule schedule = new NoiseSchedule(0.5);
    assertThat(schedule.conditioning(0)).isZero();
    assertThat(schedule.conditioning(0.125)).isEqualTo(0.25);
    assertThat(schedule.conditioning(0.5)).isEqualTo(1);
  }

  @Test
  void numbersOutOfBoundsAreRefused() {
    for (double maximum : new double[] {0, -0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> new NoiseSchedule(maximum))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("maximum noise is " + maximum + ", expected above 0 and at most 1");
    }
    for (double s : new double[] {-0.1, 0.6, Double.NaN}) {
      assertThatThrownBy(() -> new NoiseSchedule(0.5).conditioning(s))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("share of noise is " + s + ", expected 0 to 0.5");
    }
  }
}
