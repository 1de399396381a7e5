package io.loxodrome.ops.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The device's threads: an operator is cut into one contiguous slice per worker. */
final class Workers implements AutoCloseable {
  private final List<Worker> workers = new ArrayList<>();

  Workers(int count, NativePool pool) {
    for (int i = 0; i < count; i++) {
      workers.add(new Worker(i, pool));
    }
  }

  /** What a worker does with its slice, {@code from} to {@code to} exclusive. */
  interface Slice {
    void run(Worker worker, int from, int to);
  }

  int count() {
    return workers.size();
  }

  /**
   * Cuts {@code total} items into slices whose borders are multiples of {@code grain} and runs them
   * at once. The cut depends on nothing but the arguments and the number of workers.
   */
  void slices(int total, int grain, Slice slice) {
    int grains = (total + grain - 1) / grain;
    int used = used(total, grain);
    List<Future<?>> running = new ArrayList<>(used);
    for (int i = 0; i < used; i++) {
      Worker worker = workers.get(i);
      int from = (int) ((long) grains * i / used) * grain;
      int to = Math.min(total, (int) ((long) grains * (i + 1) / used) * grain);
      running.add(worker.submit(() -> slice.run(worker, from, to)));
    }
    finish(running);
  }

  /**
   * Runs on the first worker. oneDNN plans for the number of threads of the thread that asks, so
   * whatever the workers will compile has to be described on one of them.
   */
  <T> T onFirst(Supplier<T> work) {
    List<T> result = new ArrayList<>(1);
    finish(List.of(workers.get(0).submit(() -> result.add(work.get()))));
    return result.get(0);
  }

  /** How many workers {@link #slices} keeps busy. */
  int used(int total, int grain) {
    return Math.min(count(), (total + grain - 1) / grain);
  }

  private static void finish(List<Future<?>> running) {
    Throwable first = null;
    for (Future<?> future : running) {
      Throwable failure = await(future);
      if (first == null) {
        first = failure;
      } else if (failure != null) {
        first.addSuppressed(failure);
      }
    }
    if (first instanceof RuntimeException failure) {
      throw failure;
    }
    if (first instanceof Error failure) {
      throw failure;
    }
  }

  /** Waits even when interrupted: a slice that still runs writes to memory that is in use. */
  private static @Nullable Throwable await(Future<?> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          future.get();
          return null;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return e.getCause();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    finish(workers.stream().<Future<?>>map(Worker::shutDown).toList());
  }
}
