package io.loxodrome.cli;

import io.loxodrome.experiment.Experiment;
import io.loxodrome.experiment.Experiments;
import io.loxodrome.train.OptimizerChoice;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Turned images, with several optimisers. */
@Command(
    name = "optimizers",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Accuracy by optimiser, with Adam in both forms (Fig. 4a).")
final class OptimizersCommand extends SweepCommand {
  @Option(
      names = "--methods",
      paramLabel = "METHOD",
      converter = Methods.Converter.class,
      defaultValue = "ellipse",
      description = Methods.DESCRIPTION)
  private Methods methods = Methods.parse("ellipse");

  @Option(
      names = "--optimizers",
      paramLabel = "NAME",
      split = ",",
      converter = OptimizerSpec.Converter.class,
      defaultValue = "sgd,adam:paper,adam:whitened,adamw:paper,adamw:whitened",
      description = OptimizerSpec.DESCRIPTION)
  private List<OptimizerSpec> optimizers = List.of();

  OptimizersCommand(Interrupt interrupt) {
    super(interrupt);
  }

  @Override
  Experiment experiment() {
    return Experiments.optimizers(
        base(OptimizerChoice.of(OptimizerChoice.Rule.SGD)),
        methods.list(),
        optimizers.stream().map(OptimizerSpec::choice).toList());
  }
}
