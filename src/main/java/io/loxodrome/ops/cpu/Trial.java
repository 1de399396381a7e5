package io.loxodrome.ops.cpu;

import java.util.Arrays;

/** Times work that is about to be done often. */
final class Trial {
  private static final int RUNS = 5;

  private Trial() {}

  /** Milliseconds of one run: the median of five after one that is not counted. */
  static double milliseconds(Runnable work) {
    work.run();
    double[] times = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      work.run();
      times[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(times);
    return times[RUNS / 2];
  }
}
