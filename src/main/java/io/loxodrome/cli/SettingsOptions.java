package io.loxodrome.cli;

import io.loxodrome.data.AngleScheme;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.train.OptimizerChoice;
import io.loxodrome.train.RunSettings;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
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

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description = "sgd, nesterov, adam or adamw (sgd).")
  OptimizerChoice.@Nullable Rule optimizer;

  @Option(
      names = "--form",
      paramLabel = "FORM",
      description = "Gradient that Adam sees: paper or whitened (whitened).")
  AdamStep.@Nullable Form form;

  @Option(
      names = "--learning-rate",
      paramLabel = "ETA",
      description = "Step size (0.01; 0.001 for Adam).")
  @Nullable Double learningRate;

  @Option(names = "--momentum", paramLabel = "M", description = "Momentum of SGD, in [0, 1) (0.9).")
  @Nullable Double momentum;

  @Option(
      names = "--weight-decay",
      paramLabel = "D",
      description = "Decoupled weight decay (0; 0.01 for AdamW).")
  @Nullable Double weightDecay;

  @Option(
      names = "--clip",
      paramLabel = "LENGTH",
      description = "Longest gradient, in the manifold's metric; any length without it.")
  @Nullable Double clip;

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
        over(base.optimizer()),
        either(batch, base.batch()),
        either(seed, base.seed()),
        limit == null ? base.limit() : OptionalInt.of(limit));
  }

  private OptimizerChoice over(OptimizerChoice base) {
    OptimizerChoice chosen =
        optimizer == null || optimizer == base.rule() ? base : OptimizerChoice.of(optimizer);
    return new OptimizerChoice(
        chosen.rule(),
        either(form, chosen.form()),
        either(learningRate, chosen.learningRate()),
        either(momentum, chosen.momentum()),
        either(weightDecay, chosen.weightDecay()),
        clip == null ? chosen.clip() : OptionalDouble.of(clip));
  }

  private static <T> T either(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
