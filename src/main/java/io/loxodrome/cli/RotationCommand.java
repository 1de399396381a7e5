package io.loxodrome.cli;

import io.loxodrome.experiment.Experiment;
import io.loxodrome.experiment.Experiments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Turned images, of which some angles are never trained on. */
@Command(
    name = "rotation",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Accuracy over all angles against the share of angles trained on (Fig. 2b).")
final class RotationCommand extends SharesCommand {
  @Option(
      names = "--methods",
      paramLabel = "METHOD",
      converter = Methods.Converter.class,
      defaultValue = "ellipse,none,concat,embed",
      description = Methods.DESCRIPTION)
  private Methods methods = Methods.parse("ellipse,none,concat,embed");

  RotationCommand(Interrupt interrupt) {
    super(interrupt);
  }

  @Override
  Experiment experiment() {
    return Experiments.rotation(base(), methods.list(), scheme(), shares());
  }
}
