package io.loxodrome.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loxodrome.data.NoiseSchedule;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.train.ImageTask;
import io.loxodrome.train.OptimizerChoice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RunPointTest {
  private static OptimizerChoice adam(AdamStep.Form form) {
    return new OptimizerChoice(
        OptimizerChoice.Rule.ADAM, form, 0.001, 0.9, 0, OptionalDouble.empty());
  }

  /** Results on disk are found again by this text: it may grow, but never change. */
  @Test
  void keyIsTheSameForEver() {
    assertThat(Points.ELLIPSE.key())
        .isEqualTo(
            "batch=128 clip=none data_seed=1 dataset=fashion-mnist epochs=2 learning_rate=0.01"
                + " limit=100 method=ellipse momentum=0.9 network=paper-cnn optimizer=sgd"
                + " task=turned:fixed:36 weight_decay=0.0");
  }

  @Test
  void everySettingIsInTheKey() {
    RunPoint point = Points.ELLIPSE;
    List<RunPoint> others =
        List.of(
            Points.of("none"),
            point.with(ImageTask.noisy(new NoiseSchedule(0.5))),
            point.with(ImageTask.parse("scaled:1.5:fixed:36/fixed:9")),
            point.with(ImageTask.parse("scaled:2.0:fixed:36/fixed:9")),
            point.with(ImageTask.parse("scaled:2.0:fixed:36/fixed:36")),
            point.with(ImageTask.unconditioned()),
            point.with(OptimizerChoice.of(OptimizerChoice.Rule.NESTEROV)),
            point.with(adam(AdamStep.Form.PAPER)),
            point.with(adam(AdamStep.Form.WHITENED)),
            point.with(
                new OptimizerChoice(
                    OptimizerChoice.Rule.SGD,
                    AdamStep.Form.WHITENED,
                    0.02,
                    0.9,
                    0,
                    OptionalDouble.empty())),
            point.with(point.optimizer().withL2(0.001)),
            point.with(point.optimizer().withL2(0.002)),
            other("cifar10", OptionalInt.of(100), 128, 2, 1),
            other("fashion-mnist", OptionalInt.empty(), 128, 2, 1),
            other("fashion-mnist", OptionalInt.of(100), 64, 2, 1),
            other("fashion-mnist", OptionalInt.of(100), 128, 3, 1),
            other("fashion-mnist", OptionalInt.of(100), 128, 2, 4));
    assertThat(Stream.concat(Stream.of(point), others.stream()).map(RunPoint::key))
        .doesNotHaveDuplicates();
  }

  private static RunPoint other(
      String dataset, OptionalInt limit, int batch, int epochs, long dataSeed) {
    RunPoint point = Points.ELLIPSE;
    return new RunPoint(
        dataset,
        limit,
        point.task(),
        point.network(),
        point.method(),
        point.optimizer(),
        batch,
        epochs,
        dataSeed);
  }

  @Test
  void whatSgdDoesNotReadIsNotInItsKey() {
    OptimizerChoice paper =
        new OptimizerChoice(
            OptimizerChoice.Rule.SGD, AdamStep.Form.PAPER, 0.01, 0.9, 0, OptionalDouble.empty());
    assertThat(Points.ELLIPSE.with(paper).key()).isEqualTo(Points.ELLIPSE.key());
  }

  @Test
  void theOrderOfTheSettingsIsOfNoAccount() {
    Map<String, String> reversed = new LinkedHashMap<>();
    List<Map.Entry<String, String>> entries = List.copyOf(Points.ELLIPSE.settings().entrySet());
    for (int i = entries.size() - 1; i >= 0; i--) {
      reversed.put(entries.get(i).getKey(), entries.get(i).getValue());
    }
    assertThat(RunPoint.keyOf(reversed)).isEqualTo(Points.ELLIPSE.key());
  }

  @Test
  void numbersBelowOneAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> other("fashion-mnist", OptionalInt.of(0), 128, 2, 1))
        .withMessage("limit is 0, must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> other("fashion-mnist", OptionalInt.empty(), 0, 2, 1))
        .withMessage("batch is 0, must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> other("fashion-mnist", OptionalInt.empty(), 1, -2, 1))
        .withMessage("epochs is -2, must be at least 1");
  }
}
