package io.loxodrome.cli;

import io.loxodrome.experiment.Experiment;
import io.loxodrome.experiment.Experiments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A residual network at random places on the manifold. */
@Command(
    name = "resnet",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "As unconditioned, with ResNet-18 and layer normalisation (Fig. 4c).")
final class ResnetCommand extends RandomPlacesCommand {
  @Option(
      names = "--methods",
      paramLabel = "METHOD",
      converter = Methods.Converter.class,
      defaultValue = "ellipse,none",
      description = "What is compared, separated by commas: a manifold or none (${DEFAULT-VALUE}).")
  private Methods methods = Methods.parse("ellipse,none");

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "64",
      description = "Channels of the first stage (${DEFAULT-VALUE}).")
  private int width;

  ResnetCommand(Interrupt interrupt) {
    super(interrupt);
  }

  @Override
  Experiment experiment() {
    return Experiments.resnet(base(), methods.list(), optimizers(), width);
  }
}
