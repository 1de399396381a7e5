package io.loxodrome.cli;

import io.loxodrome.data.Dataset;
import io.loxodrome.ops.Device;
import io.loxodrome.train.AngleAccuracy;
import io.loxodrome.train.Checkpoint;
import io.loxodrome.train.RunFiles;
import io.loxodrome.train.RunSettings;
import io.loxodrome.train.TrainedNetwork;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Evaluates a checkpoint at all angles. */
@Command(
    name = "evaluate",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Evaluates a trained network over all angles.")
final class EvaluateCommand implements Callable<Integer> {
  private final Interrupt interrupt;

  @Spec private CommandSpec command = CommandSpec.create();

  @Parameters(paramLabel = "RUN", description = "A run's folder, or a checkpoint file.")
  private Path run = Path.of("");

  @Mixin private MachineOptions machine = new MachineOptions();

  EvaluateCommand(Interrupt interrupt) {
    this.interrupt = interrupt;
  }

  @Override
  public Integer call() throws IOException {
    Path file = Files.isDirectory(run) ? new RunFiles(run).checkpoint() : run;
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      RunSettings settings = checkpoint.description().settings();
      Dataset dataset = machine.load(settings.dataset());
      try (Device device = machine.open();
          TrainedNetwork network = TrainedNetwork.of(device, checkpoint)) {
        print(settings, network.evaluate(dataset, interrupt::isRequested));
      }
    }
    return 0;
  }

  private void print(RunSettings settings, AngleAccuracy accuracy) {
    PrintWriter out = command.commandLine().getOut();
    out.printf("%s on %s%n", settings.manifold().spec(), settings.dataset());
    out.printf(
        "  accuracy at angles trained on  %s%n", Report.share(accuracy.seen(settings.angles())));
    out.printf(
        "  accuracy at angles never seen  %s%n", Report.share(accuracy.unseen(settings.angles())));
    out.flush();
  }
}
