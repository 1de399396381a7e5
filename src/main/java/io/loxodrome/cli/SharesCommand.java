package io.loxodrome.cli;

import io.loxodrome.experiment.Experiments;
import io.loxodrome.experiment.RunPoint;
import io.loxodrome.train.OptimizerChoice;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares networks by the share of all angles that they are trained on. */
abstract class SharesCommand extends SweepCommand {
  @Option(
      names = "--scheme",
      paramLabel = "SCHEME",
      defaultValue = "fixed",
      description =
          "How a share of all angles is chosen: fixed (evenly spaced) or arc (${DEFAULT-VALUE}).")
  private Experiments.AngleChoice scheme = Experiments.AngleChoice.FIXED;

  @Option(
      names = "--shares",
      paramLabel = "SHARE",
      split = ",",
      defaultValue = "0.025,0.05,0.1,0.25,1",
      description = "Shares of all angles to train on (${DEFAULT-VALUE}).")
  private List<Double> shares = List.of();

  @Mixin private OptimizerOptions optimizer = new OptimizerOptions();

  SharesCommand(Interrupt interrupt) {
    super(interrupt);
  }

  /** The point to vary. */
  final RunPoint base() {
    return base(optimizer.over(OptimizerChoice.of(OptimizerChoice.Rule.SGD)));
  }

  final Experiments.AngleChoice scheme() {
    return scheme;
  }

  final List<Double> shares() {
    return shares;
  }
}
