package io.loxodrome.experiment;

import io.loxodrome.train.DivergedException;
import io.loxodrome.train.RunStoppedException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * Runs what an experiment still lacks, some points at a time, each on a device of its own.
 *
 * <p>Every run is kept as soon as the seeds that were trained with it are finished; work that was
 * cut off goes on from its checkpoint. A point whose training goes astray does not keep the others
 * from being run.
 */
public final class Sweep {
  /** Opens devices to train on. */
  @FunctionalInterface
  public interface Engine {
    /**
     * Opens one, for one thread.
     *
     * @param jobs how many are at work at the same time
     */
    SeedRuns open(int jobs);
  }

  /**
   * How a sweep is run.
   *
   * @param seeds that run at each point, each once
   * @param together how many seeds are trained together at most, at least 1
   * @param jobs how many points are run at a time, at least 1
   */
  public record Plan(List<Long> seeds, int together, int jobs) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if there are no seeds or one is there twice, or a number is
     *     below 1
     */
    public Plan {
      seeds = List.copyOf(seeds);
      if (seeds.isEmpty() || seeds.stream().distinct().count() != seeds.size()) {
        throw new IllegalArgumentException(
            "seeds are " + seeds + ", expected at least one, each once");
      }
      requirePositive("together", together);
      requirePositive("jobs", jobs);
    }

    private static void requirePositive(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
      }
    }
  }

  private final Experiment experiment;
  private final Plan plan;
  private final ExperimentFolder folder;
  private final RunStore store;
  private final Engine engine;
  private final long imagesPerEpoch;
  private final SweepProgress progress;
  private final BooleanSupplier stop;
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean broken;

  /**
   * A sweep that has not begun.
   *
   * @param imagesPerEpoch of one run, to say how long it will take
   * @param stop asked between steps
   */
  public Sweep(
      Experiment experiment,
      Plan plan,
      ExperimentFolder folder,
      RunStore store,
      Engine engine,
      long imagesPerEpoch,
      SweepProgress progress,
      BooleanSupplier stop) {
    this.experiment = experiment;
    this.plan = plan;
    this.folder = folder;
    this.store = store;
    this.engine = engine;
    this.imagesPerEpoch = imagesPerEpoch;
    this.progress = progress;
    this.stop = stop;
  }

  /**
   * Runs what is missing; does nothing if nothing is.
   *
   * @throws RunStoppedException if told to stop; what was going on is saved
   * @throws SweepException if training went astray at some points; all others are finished
   * @throws IOException if a file cannot be read or written
   */
  public void run() throws IOException {
    SpentCheckpoints spent = new SpentCheckpoints(experiment, store, folder);
    spent.delete();
    List<Work> pending = Work.pending(experiment, plan.seeds(), plan.together(), store, folder);
    int runs = experiment.points().size() * plan.seeds().size();
    int missing = pending.stream().mapToInt(work -> work.seeds().size()).sum();
    progress.begin(runs, runs - missing, pending.stream().mapToLong(this::images).sum());
    if (pending.isEmpty()) {
      return;
    }
    folder.createCheckpoints();
    try {
      runAll(pending);
    } finally {
      progress.end();
    }
    spent.delete();
    if (!failures.isEmpty()) {
      throw new SweepException(failures);
    }
  }

  private long images(Work work) {
    return imagesPerEpoch * work.point().epochs() * work.seeds().size();
  }

  private void runAll(List<Work> pending) throws IOException {
    Queue<Work> queue = new ConcurrentLinkedQueue<>(pending);
    int jobs = Math.min(plan.jobs(), pending.size());
    ExecutorService threads = Executors.newFixedThreadPool(jobs);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int job = 0; job < jobs; job++) {
        Callable<Void> worker = () -> runFrom(queue, jobs);
        running.add(threads.submit(worker));
      }
      await(running);
    } finally {
      threads.shutdown();
    }
  }

  /**
   * Waits for all, so that none is left at work, then fails as the first did that was not stopped.
   */
  private static void await(List<Future<?>> jobs) throws IOException {
    List<Throwable> thrown = new ArrayList<>();
    for (Future<?> job : jobs) {
      try {
        job.get();
      } catch (ExecutionException e) {
        thrown.add(e.getCause() == null ? e : e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RunStoppedException("the experiment was interrupted");
      }
    }
    Optional<Throwable> first =
        thrown.stream()
            .min(Comparator.comparing(failure -> failure instanceof RunStoppedException));
    if (first.isPresent()) {
      rethrow(first.get());
    }
  }

  private static void rethrow(Throwable thrown) throws IOException {
    if (thrown instanceof IOException failure) {
      throw failure;
    }
    if (thrown instanceof RuntimeException failure) {
      throw failure;
    }
    if (thrown instanceof Error failure) {
      throw failure;
    }
    throw new IllegalStateException(thrown);
  }

  private Void runFrom(Queue<Work> queue, int jobs) throws IOException {
    boolean ended = false;
    try (SeedRuns runs = engine.open(jobs)) {
      Work work = queue.poll();
      while (work != null) {
        requireGoingOn();
        run(runs, work);
        work = queue.poll();
      }
      ended = true;
    } finally {
      if (!ended) {
        broken = true;
      }
    }
    return null;
  }

  private void requireGoingOn() {
    if (stopRequested()) {
      throw stopped();
    }
  }

  private RunStoppedException stopped() {
    return new RunStoppedException(
        "the experiment was stopped; the same command goes on with " + folder.path());
  }

  private boolean stopRequested() {
    return broken || stop.getAsBoolean();
  }

  private void run(SeedRuns runs, Work work) throws IOException {
    List<SeedResult> results;
    try {
      results = runs.run(work.point(), work.seeds(), work.checkpoint(), new Listening());
    } catch (DivergedException e) {
      failures.add(work.title() + ": " + e.getMessage());
      progress.failed(work, String.valueOf(e.getMessage()));
      return;
    } catch (RunStoppedException e) {
      throw stopped();
    }
    store.add(work.point(), runs.device(), results);
    Files.deleteIfExists(work.checkpoint());
    progress.finished(work, experiment.measure(), results);
  }

  /** What training is told and tells. */
  private final class Listening implements SeedRuns.Listener {
    @Override
    public void trained(long images) {
      progress.trained(images);
    }

    @Override
    public boolean stopRequested() {
      return Sweep.this.stopRequested();
    }
  }
}
