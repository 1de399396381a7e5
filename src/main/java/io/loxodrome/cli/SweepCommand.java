package io.loxodrome.cli;

import io.loxodrome.data.BatchOrder;
import io.loxodrome.data.Dataset;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.experiment.Experiment;
import io.loxodrome.experiment.ExperimentFolder;
import io.loxodrome.experiment.Figure;
import io.loxodrome.experiment.ResultTable;
import io.loxodrome.experiment.RunPoint;
import io.loxodrome.experiment.RunStore;
import io.loxodrome.experiment.Sweep;
import io.loxodrome.experiment.SweepProgress;
import io.loxodrome.experiment.TrainedSeeds;
import io.loxodrome.nn.ConditioningMethod;
import io.loxodrome.train.AngleAccuracyPlot;
import io.loxodrome.train.AtomicFile;
import io.loxodrome.train.ImageTask;
import io.loxodrome.train.OptimizerChoice;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs what an experiment still lacks and shows what it has come to. */
abstract class SweepCommand implements Callable<Integer> {
  /** What a point is turned by where the experiment does not say otherwise. */
  private static final ImageTask TASK = ImageTask.turned(new FixedAngles(36));

  private final Interrupt interrupt;

  @Spec private CommandSpec command = CommandSpec.create();

  @Mixin private SweepOptions sweep = new SweepOptions();

  @Mixin private MachineOptions machine = new MachineOptions();

  SweepCommand(Interrupt interrupt) {
    this.interrupt = interrupt;
  }

  /**
   * The experiment as the options have it.
   *
   * @throws IllegalArgumentException if an option is out of its range
   */
  abstract Experiment experiment();

  /** The point to vary, on turned images. */
  RunPoint base(OptimizerChoice optimizer) {
    return sweep.base(TASK, new ConditioningMethod.Blind(), optimizer);
  }

  @Override
  public Integer call() throws IOException {
    Experiment experiment;
    Sweep.Plan plan;
    try {
      experiment = experiment();
      plan = sweep.plan();
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
    run(experiment, plan);
    return 0;
  }

  private void run(Experiment experiment, Sweep.Plan plan) throws IOException {
    AngleAccuracyPlot.requireFonts();
    RunPoint any = experiment.points().get(0);
    Dataset data = any.limited(machine.load(any.dataset()));
    BatchOrder order = order(any, data);
    ExperimentFolder folder = new ExperimentFolder(sweep.out(experiment.name()));
    try (RunStore store = RunStore.open(folder.path())) {
      Sweep runs =
          new Sweep(
              experiment,
              plan,
              folder,
              store,
              jobs -> new TrainedSeeds(machine.open(jobs), data),
              (long) order.batches() * order.batch(),
              SweepProgress.onStandardError(),
              interrupt::isRequested);
      try {
        runs.run();
      } finally {
        show(experiment, store, folder);
      }
    }
  }

  private BatchOrder order(RunPoint point, Dataset data) {
    try {
      return new BatchOrder(data.train().count(), point.batch(), point.dataSeed());
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
  }

  private void show(Experiment experiment, RunStore store, ExperimentFolder folder)
      throws IOException {
    String table = ResultTable.of(experiment, store);
    AtomicFile.write(folder.table(), out -> out.write(table.getBytes(StandardCharsets.UTF_8)));
    Figure.write(experiment, store, folder);
    PrintWriter out = command.commandLine().getOut();
    out.print(table);
    out.printf("%nfiles %s%n", folder.path());
    out.flush();
  }

  private ParameterException usage(@Nullable String message) {
    return new ParameterException(command.commandLine(), String.valueOf(message));
  }
}
