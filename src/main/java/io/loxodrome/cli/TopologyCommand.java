package io.loxodrome.cli;

import io.loxodrome.experiment.Experiment;
import io.loxodrome.experiment.Experiments;
import io.loxodrome.train.OptimizerChoice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Turned images, on manifolds of several shapes. */
@Command(
    name = "topology",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "The same for manifolds of other shapes.")
final class TopologyCommand extends SweepCommand {
  @Option(
      names = "--methods",
      paramLabel = "METHOD",
      converter = Methods.Converter.class,
      defaultValue = "line,ellipse,fourier:2,spline:8:periodic",
      description = Methods.DESCRIPTION)
  private Methods methods = Methods.parse("line,ellipse,fourier:2,spline:8:periodic");

  @Mixin private SharesOptions shares = new SharesOptions();

  @Mixin private OptimizerOptions optimizer = new OptimizerOptions();

  TopologyCommand(Interrupt interrupt) {
    super(interrupt);
  }

  @Override
  Experiment experiment() {
    return Experiments.topology(
        base(optimizer.over(OptimizerChoice.of(OptimizerChoice.Rule.SGD))),
        methods.list(),
        shares.scheme,
        shares.shares);
  }
}
