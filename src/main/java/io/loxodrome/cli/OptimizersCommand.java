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
      description =
          "What is compared, separated by commas: a manifold, none, widened:MANIFOLD, or"
              + " concat, embed or film, each also with :circle (${DEFAULT-VALUE}).")
  private Methods methods = Methods.parse("ellipse");

  @Option(
      names = "--optimizers",
      paramLabel = "NAME",
      split = ",",
      converter = OptimizerSpec.Converter.class,
      defaultValue = "sgd,adam:paper,adam:whitened,adamw:paper,adamw:whitened",
      description =
          "What is compared, separated by commas: sgd, nesterov, adam or adamw, then :paper or"
              + " :whitened for the gradient Adam sees, then @RATE (${DEFAULT-VALUE}).")
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
