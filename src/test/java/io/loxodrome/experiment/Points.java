package io.loxodrome.experiment;

import io.loxodrome.data.FixedAngles;
import io.loxodrome.nn.ConditioningMethod;
import io.loxodrome.train.ImageTask;
import io.loxodrome.train.OptimizerChoice;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.LongStream;

/** Points and results for tests. */
final class Points {
  static final RunPoint ELLIPSE = of("ellipse");

  private Points() {}

  /** A point that differs from others in its method. */
  static RunPoint of(String method) {
    return new RunPoint(
        "fashion-mnist",
        OptionalInt.of(100),
        ImageTask.turned(new FixedAngles(36)),
        new NetworkChoice.Paper(),
        ConditioningMethod.parse(method),
        OptimizerChoice.of(OptimizerChoice.Rule.SGD),
        128,
        2,
        1);
  }

  /** An experiment of one category for each method. */
  static Experiment experiment(String... methods) {
    List<Experiment.Cell> cells =
        List.of(methods).stream()
            .map(method -> new Experiment.Cell("all", method, of(method)))
            .toList();
    Experiment.Axis axis = new Experiment.Axis("method", Experiment.Scale.CATEGORIES);
    return new Experiment("test", "A test", axis, "accuracy", cells);
  }

  static SeedResult result(long seed, double accuracy) {
    return new SeedResult(
        seed,
        Map.of("accuracy", accuracy),
        Map.of("accuracy_by_level", List.of(0.5, Double.NaN)),
        1.5,
        1000);
  }

  static List<Long> seeds(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }
}
