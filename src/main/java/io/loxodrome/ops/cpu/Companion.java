package io.loxodrome.ops.cpu;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that runs one task at a time for another thread, which waits for it.
 *
 * <p>Both look for each other for a while before they sleep: an operator is a few hundred
 * microseconds of work, and waking a sleeper takes some fifty.
 */
final class Companion {
  private static final long PATIENCE_NANOSECONDS = 100_000;
  private static final int LOOKS = 64;

  private final Thread thread;
  private volatile @Nullable Runnable task;
  private volatile @Nullable Thread sleepingCaller;
  private volatile boolean asleep;
  private volatile boolean ended;
  private @Nullable Throwable failure;

  /** Starts the thread. */
  Companion(String name) {
    thread = new Thread(this::work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Begins a task; the one before must have been {@linkplain #await awaited}. */
  void begin(Runnable next) {
    task = next;
    if (asleep) {
      LockSupport.unpark(thread);
    }
  }

  /**
   * Waits until the task is done, even when interrupted: it may write to memory that is in use.
   *
   * @return what it threw
   */
  @Nullable Throwable await() {
    boolean interrupted = false;
    if (!within(() -> task == null)) {
      sleepingCaller = Thread.currentThread();
      while (task != null) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      sleepingCaller = null;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    Throwable thrown = failure;
    failure = null;
    return thrown;
  }

  /** Ends the thread; it must have nothing to do. */
  void end() {
    ended = true;
    LockSupport.unpark(thread);
  }

  private interface Condition {
    boolean holds();
  }

  /** Looks for a while whether a condition comes to hold. */
  private static boolean within(Condition condition) {
    long start = System.nanoTime();
    do {
      for (int i = 0; i < LOOKS; i++) {
        if (condition.holds()) {
          return true;
        }
        Thread.onSpinWait();
      }
    } while (System.nanoTime() - start < PATIENCE_NANOSECONDS);
    return false;
  }

  private void work() {
    OneDnn.runSingleThreaded();
    while (!ended) {
      if (!within(() -> task != null || ended)) {
        sleep();
      }
      Runnable next = task;
      if (next != null) {
        run(next);
      }
    }
  }

  private void sleep() {
    asleep = true;
    while (task == null && !ended) {
      LockSupport.park(this);
    }
    asleep = false;
  }

  private void run(Runnable next) {
    try {
      next.run();
    } catch (Throwable e) {
      failure = e;
    }
    task = null;
    LockSupport.unpark(sleepingCaller);
  }
}
