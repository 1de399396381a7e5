package io.loxodrome.cli;

import io.loxodrome.experiment.Experiment;
import io.loxodrome.experiment.Experiments;
import io.loxodrome.train.OptimizerChoice;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Images mixed with noise. */
@Command(
    name = "noise",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Accuracy under noise against the largest share of noise trained on (Fig. 3).")
final class NoiseCommand extends SweepCommand {
  private static final String METHODS = "line+l2:0.001,line,none,concat,embed";

  @Option(
      names = "--methods",
      paramLabel = "METHOD",
      converter = PenalizedMethods.Converter.class,
      defaultValue = METHODS,
      description =
          "What is compared, separated by commas: methods as in the other experiments, each"
              + " followed by +l2:LAMBDA if it is to have its own --l2 (${DEFAULT-VALUE}).")
  private PenalizedMethods methods = PenalizedMethods.parse(METHODS);

  @Option(
      names = "--maxima",
      paramLabel = "S",
      split = ",",
      defaultValue = "0.25,0.5,0.75,1",
      description = "Largest shares of noise to train on (${DEFAULT-VALUE}).")
  private List<Double> maxima = List.of();

  @Mixin private OptimizerOptions optimizer = new OptimizerOptions();

  NoiseCommand(Interrupt interrupt) {
    super(interrupt);
  }

  @Override
  Experiment experiment() {
    return Experiments.noise(
        base(optimizer.over(OptimizerChoice.of(OptimizerChoice.Rule.SGD))), methods.list(), maxima);
  }
}
