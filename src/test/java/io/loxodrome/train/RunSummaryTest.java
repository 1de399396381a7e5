package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunSummaryTest {
  private static RunSummary summary(double seconds, double seen, double atAngle, double loss) {
    return new RunSummary(
        "fashion-mnist",
        "ellipse",
        "cpu",
        42,
        3,
        seconds,
        4096.5,
        OptionalDouble.of(seen),
        OptionalDouble.empty(),
        List.of(0.75, atAngle, 1.0),
        loss);
  }

  @Test
  void theFileHasTheKeysAndNullWhereNothingWasMeasured(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("summary.json");
    summary(61.25, 0.875, Double.NaN, 0.5).write(file);
    assertThat(file)
        .hasContent(
            """
            {
              "dataset": "fashion-mnist",
              "manifold": "ellipse",
              "device": "cpu",
              "seed": 42,
              "epochs": 3,
              "seconds": 61.25,
              "images_per_second": 4096.5,
              "accuracy_seen": 0.875,
              "accuracy_unseen": null,
              "accuracy_by_angle": [0.75, null, 1.0],
              "loss": 0.5
            }
            """);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void aNumberThatIsNotFiniteIsRefusedByName(double value) {
    assertThatThrownBy(() -> summary(value, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("seconds is " + value + ", expected a finite number");
    assertThatThrownBy(() -> summary(1, 1, 1, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("loss is " + value + ", expected a finite number");
    assertThatThrownBy(() -> summary(1, value, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("accuracy_seen is " + value + ", expected a number in [0, 1]");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.001, 1.001, Double.POSITIVE_INFINITY})
  void anAccuracyThatIsNoShareIsRefusedByName(double value) {
    assertThatThrownBy(() -> summary(1, 1, value, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("accuracy_by_angle[1] is " + value + ", expected a number in [0, 1]");
  }
}
