package io.loxodrome.cli;

import io.loxodrome.experiment.Experiment;
import io.loxodrome.experiment.Experiments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Upright images at random places on the manifold. */
@Command(
    name = "unconditioned",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "A random point of the manifold for each upright image (Fig. 4b).")
final class UnconditionedCommand extends RandomPlacesCommand {
  @Option(
      names = "--methods",
      paramLabel = "METHOD",
      converter = Methods.Converter.class,
      defaultValue = "ellipse,none",
      description = Methods.DESCRIPTION)
  private Methods methods = Methods.parse("ellipse,none");

  UnconditionedCommand(Interrupt interrupt) {
    super(interrupt);
  }

  @Override
  Experiment experiment() {
    return Experiments.unconditioned(base(), methods.list(), optimizers());
  }
}
