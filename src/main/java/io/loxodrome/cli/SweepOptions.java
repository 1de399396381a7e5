package io.loxodrome.cli;

import io.loxodrome.data.FashionMnist;
import io.loxodrome.experiment.NetworkChoice;
import io.loxodrome.experiment.RunPoint;
import io.loxodrome.experiment.Sweep;
import io.loxodrome.nn.ConditioningMethod;
import io.loxodrome.train.ImageTask;
import io.loxodrome.train.OptimizerChoice;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every experiment has. */
final class SweepOptions {
  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      defaultValue = FashionMnist.NAME,
      description = "fashion-mnist or cifar10 (${DEFAULT-VALUE}).")
  private String dataset = FashionMnist.NAME;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Use the first N images of each set; all without it.")
  private @Nullable Integer limit;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "5",
      description = "Passes over the training images (${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "128",
      description = "Images in a step (${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--seeds",
      paramLabel = "R",
      defaultValue = "3",
      description = "Run every point with the seeds 1 to R (${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--data-seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Seed of the images' order, angles and noise, the same in all runs (${DEFAULT-VALUE}).")
  private long dataSeed;

  @Option(
      names = "--together",
      paramLabel = "R",
      defaultValue = "20",
      description =
          "Train at most R seeds together, which is faster and takes R times the memory"
              + " (${DEFAULT-VALUE}).")
  private int together;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Run N points at a time, each on a device of its own; on the CPU each has its part of the"
              + " cores (${DEFAULT-VALUE}).")
  private int jobs;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for runs, table and figure (experiment-NAME). What is finished there is not run"
              + " again, and what was cut off goes on.")
  private @Nullable Path out;

  /** The point that an experiment varies. */
  RunPoint base(ImageTask task, ConditioningMethod method, OptimizerChoice optimizer) {
    return new RunPoint(
        dataset,
        limit == null ? OptionalInt.empty() : OptionalInt.of(limit),
        task,
        new NetworkChoice.Paper(),
        method,
        optimizer,
        batch,
        epochs,
        dataSeed);
  }

  Sweep.Plan plan() {
    return new Sweep.Plan(LongStream.rangeClosed(1, seeds).boxed().toList(), together, jobs);
  }

  Path out(String experiment) {
    return out == null ? Path.of("experiment-" + experiment) : out;
  }
}
