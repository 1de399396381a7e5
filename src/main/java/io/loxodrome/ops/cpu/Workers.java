package io.loxodrome.ops.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The device's threads: an operator is cut into one contiguous slice per worker. The first slice is
 * the calling thread's own, the others have a thread each.
 */
final class Workers implements AutoCloseable {
  private final List<Worker> workers = new ArrayList<>();
  private final List<Companion> companions = new ArrayList<>();

  Workers(int count, NativePool pool) {
    for (int i = 0; i < count; i++) {
      workers.add(new Worker(i, pool));
      if (i > 0) {
        companions.add(new Companion("loxodrome-cpu-" + i));
      }
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
    List<Runnable> tasks = new ArrayList<>(used);
    for (int i = 0; i < used; i++) {
      Worker worker = workers.get(i);
      int from = (int) ((long) grains * i / used) * grain;
      int to = Math.min(total, (int) ((long) grains * (i + 1) / used) * grain);
      tasks.add(() -> slice.run(worker, from, to));
    }
    run(tasks);
  }

  /**
   * Runs as the first worker. oneDNN plans for the number of threads of the thread that asks, so
   * whatever the workers will compile has to be described as one of them.
   */
  <T> T onFirst(Supplier<T> work) {
    List<T> result = new ArrayList<>(1);
    run(List.of(() -> result.add(work.get())));
    return result.get(0);
  }

  /** How many workers {@link #slices} keeps busy. */
  int used(int total, int grain) {
    return Math.min(count(), (total + grain - 1) / grain);
  }

  /** Runs all to their ends, one per worker, and throws what the first that failed threw. */
  private void run(List<Runnable> tasks) {
    for (int i = 1; i < tasks.size(); i++) {
      companions.get(i - 1).begin(tasks.get(i));
    }
    Throwable first = tasks.isEmpty() ? null : runHere(tasks.get(0));
    for (int i = 1; i < tasks.size(); i++) {
      first = joined(first, companions.get(i - 1).await());
    }
    if (first instanceof RuntimeException failure) {
      throw failure;
    }
    if (first instanceof Error failure) {
      throw failure;
    }
  }

  private static @Nullable Throwable runHere(Runnable task) {
    try {
      OneDnn.singleThreaded(task);
      return null;
    } catch (RuntimeException | Error e) {
      return e;
    }
  }

  private static @Nullable Throwable joined(@Nullable Throwable first, @Nullable Throwable next) {
    if (first == null) {
      return next;
    }
    if (next != null) {
      first.addSuppressed(next);
    }
    return first;
  }

  @Override
  public void close() {
    run(workers.stream().<Runnable>map(worker -> worker::release).toList());
    companions.forEach(Companion::end);
  }
}
