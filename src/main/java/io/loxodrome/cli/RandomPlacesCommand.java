package io.loxodrome.cli;

import io.loxodrome.experiment.RunPoint;
import io.loxodrome.train.OptimizerChoice;
import java.util.List;
import picocli.CommandLine.Option;

/** Compares networks at random places on the manifold by optimiser. */
abstract class RandomPlacesCommand extends SweepCommand {
  @Option(
      names = "--optimizers",
      paramLabel = "NAME",
      split = ",",
      converter = OptimizerSpec.Converter.class,
      defaultValue = "sgd,adam:paper,adamw:paper",
      description = OptimizerSpec.DESCRIPTION)
  private List<OptimizerSpec> optimizers = List.of();

  RandomPlacesCommand(Interrupt interrupt) {
    super(interrupt);
  }

  /** The point to vary. */
  final RunPoint base() {
    return base(OptimizerChoice.of(OptimizerChoice.Rule.SGD));
  }

  final List<OptimizerChoice> optimizers() {
    return optimizers.stream().map(OptimizerSpec::choice).toList();
  }
}
