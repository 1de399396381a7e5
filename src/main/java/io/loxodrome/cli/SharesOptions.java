package io.loxodrome.cli;

import io.loxodrome.experiment.Experiments;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say which angles an experiment trains on. */
final class SharesOptions {
  @Option(
      names = "--scheme",
      paramLabel = "SCHEME",
      defaultValue = "fixed",
      description =
          "How a share of all angles is chosen: fixed (evenly spaced) or arc (${DEFAULT-VALUE}).")
  Experiments.AngleChoice scheme = Experiments.AngleChoice.FIXED;

  @Option(
      names = "--shares",
      paramLabel = "SHARE",
      split = ",",
      defaultValue = "0.025,0.05,0.1,0.25,1",
      description = "Shares of all angles to train on (${DEFAULT-VALUE}).")
  List<Double> shares = List.of();
}
