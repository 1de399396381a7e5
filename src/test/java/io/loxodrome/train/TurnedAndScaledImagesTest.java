package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.data.Arc;
import io.loxodrome.data.FixedAngles;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TurnedAndScaledImagesTest {
  private static final ImageTask TASK =
      ImageTask.turnedAndScaled(2, new FixedAngles(8), new Arc(0.25));

  @Test
  void trainingDrawsBothValuesFromTheirSchemes() {
    int[] indices = IntStream.range(0, 200).toArray();
    Showing showing = TASK.training(3, 1, indices);
    assertThat(showing.dimensions()).isEqualTo(TASK.dimensions()).isEqualTo(2);
    double sum = 0;
    for (int i = 0; i < indices.length; i++) {
      double angle = showing.values[2 * i];
      double phase = showing.values[2 * i + 1];
      assertThat(showing.turns[i]).isEqualTo(angle);
      assertThat(angle * 8).isEqualTo(Math.rint(angle * 8));
      assertThat(phase).isBetween(0.0, 0.25);
      assertThat(1 / showing.shrinks[i])
          .isCloseTo(Math.pow(2, Math.cos(2 * Math.PI * phase)), within(1e-12));
      sum += phase;
    }
    assertThat(sum / indices.length).isBetween(0.1, 0.15);
    Showing again = TASK.training(3, 1, new int[] {7});
    assertThat(again.values).containsExactly(showing.values[14], showing.values[15]);
    assertThat(TASK.training(3, 2, new int[] {7}).values).isNotEqualTo(again.values);
  }

  @Test
  void theScaleSwingsBetweenItsEnds() {
    Exhibition exhibition = TASK.exhibition(1, 500);
    assertThat(exhibition.size()).isEqualTo(2000);
    Showing showing = exhibition.showing(0, 2000);
    for (int i = 0; i < 2000; i++) {
      List<Double> place = exhibition.place(exhibition.level(i));
      assertThat(showing.indices[i]).isEqualTo(i / 4);
      assertThat(showing.turns[i]).isEqualTo(place.get(0));
      assertThat(showing.values[2 * i + 1]).isEqualTo(place.get(1));
      if (place.get(1) == 0) {
        assertThat(showing.shrinks[i]).isEqualTo(0.5);
      } else if (place.get(1) == 0.5) {
        assertThat(showing.shrinks[i]).isEqualTo(2);
      }
    }
    assertThat(IntStream.range(0, 2000).map(exhibition::level).distinct()).hasSize(432);
  }

  @Test
  void aPlaceIsTrainedWhereBothValuesAre() {
    assertThat(TASK.trains(List.of(0.125, 0.2))).isTrue();
    assertThat(TASK.trains(List.of(0.1, 0.2))).isFalse();
    assertThat(TASK.trains(List.of(0.125, 0.3))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.5, 16.5, -2, Double.NaN})
  void scalesOutOfRangeAreRefused(double scale) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageTask.turnedAndScaled(scale, new FixedAngles(1), new FixedAngles(1)))
        .withMessage("scale is " + scale + ", expected above 1 and at most 16.0");
  }
}
