package io.loxodrome.cli;

import io.loxodrome.data.Dataset;
import io.loxodrome.ops.Device;
import io.loxodrome.riemann.BatchEstimates;
import io.loxodrome.train.Checkpoint;
import io.loxodrome.train.RunFiles;
import io.loxodrome.train.RunSettings;
import io.loxodrome.train.RunSummary;
import io.loxodrome.train.TrainingRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains the paper's network on turned images and evaluates it at angles it never saw. */
@Command(
    name = "train",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Trains on turned images, then evaluates over all angles.")
final class TrainCommand implements Callable<Integer> {
  private final Interrupt interrupt;

  @Spec private CommandSpec command = CommandSpec.create();

  @Mixin private SettingsOptions settings = new SettingsOptions();

  @Mixin private MachineOptions machine = new MachineOptions();

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "3",
      description = "Passes over the training images (${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for metrics, summary, checkpoint and plots; none without it.")
  private @Nullable Path out;

  @Option(names = "--resume", description = "Go on with the run in --out, with its settings.")
  private boolean resume;

  @Option(
      names = "--explain",
      description =
          "Prints by which plan each layer is applied on this device and what every plan costs,"
              + " predicted and measured, and ends: trains nothing, writes nothing.")
  private boolean explain;

  @Option(
      names = "--stability",
      description =
          "Estimates after each epoch, on a few examples, how training contracts and how stable it"
              + " is; says in the end what the estimates assume.")
  private boolean stability;

  TrainCommand(Interrupt interrupt) {
    this.interrupt = interrupt;
  }

  @Override
  public Integer call() throws IOException {
    if (epochs < 1) {
      throw usage("--epochs is " + epochs + ", must be at least 1");
    }
    if (explain) {
      explain(resume ? stored(requiredOut()) : chosen(RunSettings.defaults()));
    } else if (resume) {
      resume(requiredOut());
    } else {
      start();
    }
    return 0;
  }

  private RunFiles requiredOut() {
    if (out == null) {
      throw usage("--resume needs --out, the folder of the run to go on with");
    }
    return new RunFiles(out);
  }

  private void start() throws IOException {
    RunSettings chosen = chosen(RunSettings.defaults());
    RunFiles files = out == null ? null : new RunFiles(out);
    if (files != null) {
      files.requireUnused();
    }
    run(chosen, files, null);
  }

  private void resume(RunFiles files) throws IOException {
    try (Checkpoint checkpoint = open(files)) {
      RunSettings stored = stored(checkpoint, files);
      long begun = checkpoint.description().epochsBegun();
      if (epochs < begun) {
        throw usage("--epochs is " + epochs + ", but the run is in epoch " + begun + " already");
      }
      run(stored, files, checkpoint);
    }
  }

  private static Checkpoint open(RunFiles files) throws IOException {
    if (!Files.exists(files.checkpoint())) {
      throw new NoSuchFileException(
          files.checkpoint().toString(),
          null,
          "there is no checkpoint to go on from; a new run starts without --resume");
    }
    return Checkpoint.open(files.checkpoint());
  }

  private RunSettings stored(RunFiles files) throws IOException {
    try (Checkpoint checkpoint = open(files)) {
      return stored(checkpoint, files);
    }
  }

  /** The settings of the run to go on with, which no option may contradict. */
  private RunSettings stored(Checkpoint checkpoint, RunFiles files) {
    RunSettings stored = checkpoint.description().settings();
    if (!chosen(stored).equals(stored)) {
      throw usage(
          "--resume goes on with the settings of "
              + files.checkpoint()
              + ", which are others: leave the options out or start a new run");
    }
    return stored;
  }

  /** A setting out of its range is for the user to change. */
  private RunSettings chosen(RunSettings base) {
    try {
      return settings.over(base);
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
  }

  private void run(RunSettings chosen, @Nullable RunFiles files, @Nullable Checkpoint checkpoint)
      throws IOException {
    Dataset dataset = machine.load(chosen.dataset());
    try (Device device = machine.open()) {
      AtomicReference<@Nullable BatchEstimates> last = new AtomicReference<>();
      @Nullable Consumer<BatchEstimates> heard = stability ? last::set : null;
      TrainingRun run = trainingRun(device, dataset, chosen, files, heard);
      RunSummary summary = run.run(epochs, checkpoint);
      PrintWriter out = command.commandLine().getOut();
      out.print(Report.of(summary, files));
      BatchEstimates estimates = last.get();
      if (estimates != null) {
        out.print(Report.of(estimates));
      }
      out.flush();
    }
  }

  private void explain(RunSettings chosen) throws IOException {
    Dataset dataset = machine.load(chosen.dataset());
    try (Device device = machine.open()) {
      TrainingRun run = trainingRun(device, dataset, chosen, null, null);
      PrintWriter out = command.commandLine().getOut();
      out.print(PlanReport.heading(chosen, device));
      out.flush();
      run.planCosts(
          costs -> {
            out.print(PlanReport.of(costs));
            out.flush();
          });
    }
  }

  /** What the run refuses to begin with is for the user to change too. */
  private TrainingRun trainingRun(
      Device device,
      Dataset dataset,
      RunSettings chosen,
      @Nullable RunFiles files,
      @Nullable Consumer<BatchEstimates> heard) {
    try {
      return new TrainingRun(device, dataset, chosen, files, interrupt::isRequested, heard);
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
  }

  private ParameterException usage(@Nullable String message) {
    return new ParameterException(command.commandLine(), String.valueOf(message));
  }
}
