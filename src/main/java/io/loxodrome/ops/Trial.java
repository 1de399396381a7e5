package io.loxodrome.ops;

import java.util.Arrays;

/** Times work that is about to be done often. */
public final class Trial {
  private static final int RUNS = 5;

  /** So long is work repeated before it is timed: short work is slow until the JVM compiled it. */
  private static final long WARM_UP_NANOS = 100_000_000;

  private Trial() {}

  /**
   * Milliseconds of one run: the median of five after a tenth of a second that is not counted.
   *
   * @param work begun in a run
   * @param wait until what was begun is done
   */
  public static double milliseconds(Runnable work, Runnable wait) {
    long begin = System.nanoTime();
    do {
      work.run();
      wait.run();
    } while (System.nanoTime() - begin < WARM_UP_NANOS);
    double[] times = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      work.run();
      wait.run();
      times[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(times);
    return times[RUNS / 2];
  }

  /** As {@link #milliseconds(Runnable, Runnable)}, for work that is done when it returns. */
  public static double milliseconds(Runnable work) {
    return milliseconds(work, () -> {});
  }
}
