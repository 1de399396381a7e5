package io.loxodrome.cli;

import io.loxodrome.experiment.Experiment;
import io.loxodrome.experiment.Experiments;
import io.loxodrome.train.OptimizerChoice;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A residual network at random places on the manifold. */
@Command(
    name = "resnet",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "As unconditioned, with ResNet-18 and layer normalisation (Fig. 4c).")
final class ResnetCommand extends SweepCommand {
  @Option(
      names = "--methods",
      paramLabel = "METHOD",
      converter = Methods.Converter.class,
      defaultValue = "ellipse,none",
      description = "What is compared, separated by commas: a manifold or none (${DEFAULT-VALUE}).")
  private Methods methods = Methods.parse("ellipse,none");

  @Option(
      names = "--optimizers",
      paramLabel = "NAME",
      split = ",",
      converter = OptimizerSpec.Converter.class,
      defaultValue = "sgd,adam:paper,adamw:paper",
      description = OptimizerSpec.DESCRIPTION)
  private List<OptimizerSpec> optimizers = List.of();

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
    return Experiments.resnet(
        base(OptimizerChoice.of(OptimizerChoice.Rule.SGD)),
        methods.list(),
        optimizers.stream().map(OptimizerSpec::choice).toList(),
        width);
  }
}
