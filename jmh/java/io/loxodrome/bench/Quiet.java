package io.loxodrome.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Waits until no thread of this process computes any more, so that one library's threads do not
 * take the cores from the next one's.
 *
 * <p>OpenMP threads spin after a parallel region in the hope of another one: libgomp's for 300 000
 * pauses, some 20 ms on recent processors. Loxodrome's workers sleep at once.
 */
final class Quiet {
  /** Five ticks of the clock that process time is counted in. */
  private static final Duration WINDOW = Duration.ofMillis(50);

  /** One tick: what may be left of the thread that asks. */
  private static final Duration ALLOWED = Duration.ofMillis(10);

  private static final int WINDOWS = 100;

  private Quiet() {}

  /**
   * Sleeps until a window of 50 ms has passed in which this process computed for 10 ms at most.
   *
   * @throws IllegalStateException if there is none within 5 s
   */
  static void await() throws InterruptedException {
    OperatingSystemMXBean process =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    for (int i = 0; i < WINDOWS; i++) {
      long before = process.getProcessCpuTime();
      Thread.sleep(WINDOW.toMillis());
      if (process.getProcessCpuTime() - before <= ALLOWED.toNanos()) {
        return;
      }
    }
    throw new IllegalStateException(
        "some thread of this process still computes after "
            + WINDOW.multipliedBy(WINDOWS).toSeconds()
            + " s; nothing can be timed beside it");
  }
}
