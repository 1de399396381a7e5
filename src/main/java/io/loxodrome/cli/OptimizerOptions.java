package io.loxodrome.cli;

import io.loxodrome.ops.AdamStep;
import io.loxodrome.train.OptimizerChoice;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that decide how parameters move; one not given leaves the setting as it is. */
final class OptimizerOptions {
  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description = "sgd, nesterov, adam, adamw or riemannian (sgd).")
  OptimizerChoice.@Nullable Rule optimizer;

  @Option(
      names = "--form",
      paramLabel = "FORM",
      description = "Gradient that Adam sees: paper or whitened (whitened).")
  AdamStep.@Nullable Form form;

  @Option(
      names = "--learning-rate",
      paramLabel = "ETA",
      description = "Step size (0.01; 0.001 for Adam, 0.2 for riemannian).")
  @Nullable Double learningRate;

  @Option(
      names = "--momentum",
      paramLabel = "M",
      description = "Momentum of SGD, in [0, 1) (0.9; 0 for riemannian).")
  @Nullable Double momentum;

  @Option(
      names = "--weight-decay",
      paramLabel = "D",
      description = "Decoupled weight decay (0; 0.01 for AdamW).")
  @Nullable Double weightDecay;

  @Option(
      names = "--clip",
      paramLabel = "LENGTH",
      description =
          "Longest gradient, in the manifold's metric or the layerwise; any length without it (1 for"
              + " riemannian).")
  @Nullable Double clip;

  @Option(
      names = "--l2",
      paramLabel = "LAMBDA",
      description =
          "L2 that grows with s (Eq. 14): add LAMBDA mean s |W(s)|^2 to what is minimised, but not"
              + " to the loss shown (0).")
  @Nullable Double l2;

  @Option(
      names = "--probes",
      paramLabel = "Q",
      description =
          "Of riemannian, columns of the loss's metric for each image: so many random ones, or"
              + " exact for all (1).")
  @Nullable String probes;

  @Option(
      names = "--mu",
      paramLabel = "MU",
      description = "Of riemannian, the part of the manifold's own metric in the layerwise (0.1).")
  @Nullable Double damping;

  /** The optimiser with what was given put in its place. */
  OptimizerChoice over(OptimizerChoice base) {
    OptimizerChoice chosen =
        optimizer == null || optimizer == base.rule() ? base : OptimizerChoice.of(optimizer);
    return new OptimizerChoice(
        chosen.rule(),
        either(form, chosen.form()),
        either(learningRate, chosen.learningRate()),
        either(momentum, chosen.momentum()),
        either(weightDecay, chosen.weightDecay()),
        clip == null ? chosen.clip() : OptionalDouble.of(clip),
        either(l2, chosen.l2()),
        new OptimizerChoice.Layerwise(
            probes == null ? chosen.layerwise().probes() : OptimizerChoice.Layerwise.probes(probes),
            either(damping, chosen.layerwise().damping())));
  }

  private static <T> T either(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
