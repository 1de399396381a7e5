package io.loxodrome.experiment;

import io.loxodrome.train.Divergence;
import io.loxodrome.train.RunStoppedException;
import io.loxodrome.train.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** Trains nothing: leaves a checkpoint, and answers 0.1 times the seed for an accuracy. */
final class FakeRuns implements Sweep.Engine {
  /** What was run, as "method seeds", and whether from a checkpoint. */
  final List<String> ran = Collections.synchronizedList(new ArrayList<>());

  /** The method whose training goes astray. */
  String diverging = "";

  /** The method in whose training the device breaks down. */
  String breaking = "";

  /** The method in whose training the process is killed, the checkpoint just saved. */
  String killing = "";

  /** Devices opened and not closed. */
  int open;

  int opened;

  /** How many devices each was told to share the machine with, itself counted. */
  final List<Integer> sharers = Collections.synchronizedList(new ArrayList<>());

  /** Stands for kill -9. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  @Override
  public synchronized SeedRuns open(int jobs) {
    sharers.add(jobs);
    open++;
    opened++;
    return new Runs();
  }

  private synchronized void closed() {
    open--;
  }

  private final class Runs implements SeedRuns {
    @Override
    public List<SeedResult> run(
        RunPoint point, List<Long> seeds, Path checkpoint, Listener listener) throws IOException {
      String method = point.method().spec();
      ran.add(method + " " + seeds + (Files.exists(checkpoint) ? " resumed" : ""));
      String together = seeds.stream().map(String::valueOf).collect(Collectors.joining(" "));
      new SafetensorsWriter().metadata("seeds", together).write(checkpoint);
      listener.trained(10L * seeds.size());
      if (method.equals(diverging)) {
        throw Divergence.of("the loss is NaN");
      }
      if (method.equals(breaking)) {
        throw new IOException("the device broke down");
      }
      if (method.equals(killing)) {
        throw new Killed();
      }
      if (listener.stopRequested()) {
        throw new RunStoppedException("stopped");
      }
      return seeds.stream().map(seed -> Points.result(seed, 0.1 * seed)).toList();
    }

    @Override
    public String device() {
      return "fake";
    }

    @Override
    public void close() {
      closed();
    }
  }
}
