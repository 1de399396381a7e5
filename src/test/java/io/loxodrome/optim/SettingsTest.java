package io.loxodrome.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.SgdStep;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private final Sgd.Settings sgd = Sgd.Settings.defaults();
  private final Adam.Settings adam = Adam.Settings.adam();

  @Test
  void defaultsAreThePapers() {
    assertThat(sgd)
        .isEqualTo(
            new Sgd.Settings(0.01, 0.9, SgdStep.Rule.HEAVY_BALL, 0, new GradientScaling.None()));
    assertThat(adam)
        .isEqualTo(
            new Adam.Settings(
                0.001, 0.9, 0.999, 1e-8, 0, AdamStep.Form.WHITENED, new GradientScaling.None()));
    assertThat(Adam.Settings.adamW()).isEqualTo(adam.withWeightDecay(0.01));
  }

  @Test
  void eachChangeLeavesTheRestAlone() {
    GradientScaling clipped = new GradientScaling.Clipped(2);
    assertThat(
            sgd.withScaling(clipped)
                .withWeightDecay(0.5)
                .withNesterov()
                .withMomentum(0.8)
                .withLearningRate(0.1))
        .isEqualTo(new Sgd.Settings(0.1, 0.8, SgdStep.Rule.NESTEROV, 0.5, clipped));
    assertThat(
            adam.withScaling(clipped)
                .withForm(AdamStep.Form.PAPER)
                .withWeightDecay(0.5)
                .withEpsilon(1e-6)
                .withBetas(0.8, 0.99)
                .withLearningRate(0.1))
        .isEqualTo(new Adam.Settings(0.1, 0.8, 0.99, 1e-6, 0.5, AdamStep.Form.PAPER, clipped));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
  void negativeOrNotFiniteNumbersAreRefused(double value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sgd.withLearningRate(value))
        .withMessage("learning rate is " + value + ", must be at least 0 and finite");
    assertThatIllegalArgumentException().isThrownBy(() -> adam.withLearningRate(value));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sgd.withWeightDecay(value))
        .withMessageContaining("weight decay is " + value);
    assertThatIllegalArgumentException().isThrownBy(() -> adam.withWeightDecay(value));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GradientScaling.Clipped(value))
        .withMessageContaining("clipping length is " + value);
    try (Device device = Device.open("reference");
        Sgd optimizer = new Sgd(device, List.of(), sgd)) {
      assertThatIllegalArgumentException().isThrownBy(() -> optimizer.setLearningRate(value));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void decaysOfMomentsAreFractions(double value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sgd.withMomentum(value))
        .withMessage("momentum is " + value + ", must be in [0, 1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> adam.withBetas(value, 0.9))
        .withMessageContaining("beta1 is " + value);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> adam.withBetas(0.9, value))
        .withMessageContaining("beta2 is " + value);
  }

  @Test
  void epsilonAndClippingLengthArePositive() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> adam.withEpsilon(0))
        .withMessageContaining("epsilon is 0.0");
    assertThatIllegalArgumentException().isThrownBy(() -> new GradientScaling.Clipped(0));
  }

  @Test
  void constrainedStepIsForSgdWithoutMomentum() {
    GradientScaling constrained = new GradientScaling.Constrained();
    assertThat(sgd.withMomentum(0).withScaling(constrained).scaling()).isEqualTo(constrained);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sgd.withScaling(constrained))
        .withMessageContaining("momentum is 0.9, must be 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> adam.withScaling(constrained))
        .withMessageContaining("Sgd without momentum");
  }

  @Test
  void stepsCannotBeNegative() {
    try (Device device = Device.open("reference");
        Sgd optimizer = new Sgd(device, List.of(), sgd)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> optimizer.resume(-1))
          .withMessageContaining("steps is -1");
    }
  }
}
