package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlanChoiceTest {
  @ParameterizedTest
  @EnumSource
  void aPlanIsForcedByItsNameInLowerCase(MixPlan plan) {
    String option = plan.option();
    assertThat(option).isEqualTo(plan.name().toLowerCase(Locale.ROOT));
    assertThat(PlanChoice.parse(option)).contains(new PlanChoice.Forced(plan));
    assertThat(PlanChoice.OPTIONS).contains(option);
  }

  @Test
  void autotuneMeasures() {
    assertThat(PlanChoice.parse("autotune")).contains(PlanChoice.Rule.MEASURED);
    assertThat(PlanChoice.OPTIONS).endsWith("or autotune");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "OUTPUTS", "output", "predicted", "weights "})
  void anythingElseIsNoChoice(String option) {
    assertThat(PlanChoice.parse(option)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "outputs:weights", "weights:autotune", "weights:", ":weights"})
  void aDeviceNamesWhatItTakes(String option) {
    assertThatThrownBy(() -> Device.open("cpu:" + option))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "device cpu takes outputs, inputs, weights, spans, shared or autotune after its name,"
                + " found '%s'",
            option);
  }
}
