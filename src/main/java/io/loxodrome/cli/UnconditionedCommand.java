package io.loxodrome.cli;

import io.loxodrome.experiment.Experiment;
import io.loxodrome.experiment.Experiments;
import io.loxodrome.train.OptimizerChoice;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Upright images at random places on the manifold. */
@Command(
    name = "unconditioned",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "A random point of the manifold for each upright image (Fig. 4b).")
final class UnconditionedCommand extends SweepCommand {
  @Option(
      names = "--methods",
      paramLabel = "METHOD",
      converter = Methods.Converter.class,
      defaultValue = "ellipse,none",
      description = Methods.DESCRIPTION)
  private Methods methods = Methods.parse("ellipse,none");

  @Option(
      names = "--optimizers",
      paramLabel = "NAME",
      split = ",",
      converter = OptimizerSpec.Converter.class,
      defaultValue = "sgd,adam:paper,adamw:paper",
      description = OptimizerSpec.DESCRIPTION)
  private List<OptimizerSpec> optimizers = List.of();

  UnconditionedCommand(Interrupt interrupt) {
    super(interrupt);
  }

  @Override
  Experiment experiment() {
    return Experiments.unconditioned(
        base(OptimizerChoice.of(OptimizerChoice.Rule.SGD)),
        methods.list(),
        optimizers.stream().map(OptimizerSpec::choice).toList());
  }
}
