package io.loxodrome.cli;

import io.loxodrome.data.AngleScheme;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.train.RunSettings;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that decide what a run computes; one not given leaves the setting as it is. */
final class SettingsOptions {
  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description = "fashion-mnist or cifar10 (fashion-mnist).")
  @Nullable String dataset;

  @Option(
      names = "--manifold",
      paramLabel = "SPEC",
      converter = Converters.Manifold.class,
      description = "Where the weights lie: ellipse, line, spline:8, point, ... (ellipse).")
  @Nullable WeightManifold manifold;

  @Option(
      names = "--angles",
      paramLabel = "SPEC",
      converter = Converters.Angles.class,
      description =
          "Training angles: fixed:K for K evenly spaced ones, arc:0.1 for a tenth of a turn"
              + " (fixed:36).")
  @Nullable AngleScheme angles;

  @Mixin OptimizerOptions optimizer = new OptimizerOptions();

  @Option(names = "--batch", paramLabel = "B", description = "Images in a step (128).")
  @Nullable Integer batch;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of all random numbers (1).")
  @Nullable Long seed;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Use the first N images of each set; all without it.")
  @Nullable Integer limit;

  /** The settings with what was given put in their place. */
  RunSettings over(RunSettings base) {
    return new RunSettings(
        either(dataset, base.dataset()),
        either(manifold, base.manifold()),
        either(angles, base.angles()),
        optimizer.over(base.optimizer()),
        either(batch, base.batch()),
        either(seed, base.seed()),
        limit == null ? base.limit() : OptionalInt.of(limit));
  }

  private static <T> T either(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
