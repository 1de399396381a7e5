package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The optimisers' numbers: what they refuse. */
class StepTest {
  @ParameterizedTest
  @CsvSource({
    "NaN,0.9,0,1,learning rate",
    "0.1,1,0,1,momentum",
    "0.1,-0.1,0,1,momentum",
    "0.1,NaN,0,1,momentum",
    "0.1,0.9,-1,1,decay",
    "0.1,0.9,Infinity,1,decay",
    "0.1,0.9,0,NaN,scale"
  })
  void anSgdStepOutOfBoundsIsRefused(
      double learningRate, double momentum, double decay, double scale, String name) {
    assertThatThrownBy(
            () -> new SgdStep(learningRate, momentum, SgdStep.Rule.NESTEROV, decay, scale))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name + " is ");
  }

  @ParameterizedTest
  @CsvSource({
    "1,0.999,1e-8,1,beta1",
    "0.9,1,1e-8,1,beta2",
    "0.9,0.999,0,1,epsilon",
    "0.9,0.999,NaN,1,epsilon",
    "0.9,0.999,1e-8,0,count"
  })
  void anAdamStepOutOfBoundsIsRefused(
      double beta1, double beta2, double epsilon, long count, String name) {
    assertThatThrownBy(
            () -> new AdamStep(AdamStep.Form.PAPER, 0.1, beta1, beta2, epsilon, 0, 1, count))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name + " is ");
  }

  @Test
  void theBiasCorrectionsFollowTheCount() {
    AdamStep step = new AdamStep(AdamStep.Form.PAPER, 0.1, 0.5, 0.75, 1e-8, 0, 1, 2);
    assertThat(step.firstCorrection()).isEqualTo(0.75);
    assertThat(step.secondCorrection()).isEqualTo(1 - 0.5625);
  }
}
