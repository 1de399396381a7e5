package io.loxodrome.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Repeats what the paper measures. */
@Command(
    name = "experiment",
    mixinStandardHelpOptions = true,
    description = "Repeats an experiment of the paper, with its baselines and over several seeds.",
    subcommands = {
      RotationCommand.class,
      NoiseCommand.class,
      OptimizersCommand.class,
      UnconditionedCommand.class,
      ResnetCommand.class,
      TopologyCommand.class
    })
final class ExperimentCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  /** With no experiment there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    command.commandLine().usage(command.commandLine().getErr());
    return ExitCode.USAGE;
  }
}
