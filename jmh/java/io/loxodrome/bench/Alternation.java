package io.loxodrome.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Times steps against each other in one process by turns: ours, theirs, ours, ..., so that whatever
 * slows the machine for a while slows all of them.
 *
 * <p>Before each turn the process {@linkplain Quiet is quiet}. The first step of a turn brings its
 * own data back into the caches and is not counted. A slow contender has fewer steps in a turn than
 * a fast one, not fewer turns: all medians rest on the same stretch of time.
 */
final class Alternation {
  private static final int WARM_UP_ROUNDS = 3;

  /** No other step begins in a turn that has lasted this long. */
  private static final Duration TURN = Duration.ofMillis(200);

  private record Contender(Step step, Timings timings) {}

  private final List<Contender> contenders = new ArrayList<>();

  /**
   * Adds a contender; turns are taken in this order.
   *
   * @return its times, to be read after {@link #run}
   */
  Timings add(String name, Step step) {
    Timings timings = new Timings(name);
    contenders.add(new Contender(step, timings));
    return timings;
  }

  /**
   * Lets them take turns after a few rounds of warm-up, one round at least.
   *
   * @param rounds how many turns each has at most
   * @param limit within which all is done, if no round takes longer than those before it
   */
  void run(int rounds, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      for (Contender contender : contenders) {
        turn(contender.step, new Timings("warm-up"));
      }
    }
    long longest = 0;
    int round = 0;
    do {
      long start = System.nanoTime();
      for (Contender contender : contenders) {
        turn(contender.step, contender.timings);
      }
      longest = Math.max(longest, System.nanoTime() - start);
      round++;
    } while (round < rounds && end - System.nanoTime() >= longest);
  }

  private static void turn(Step step, Timings timings) throws InterruptedException {
    Quiet.await();
    step.run();
    long first = System.nanoTime();
    do {
      long start = System.nanoTime();
      double loss = step.run();
      timings.addNanoseconds(System.nanoTime() - start);
      if (!Double.isFinite(loss)) {
        throw new IllegalStateException(
            timings.name() + " has loss " + loss + ", its times would say nothing");
      }
    } while (System.nanoTime() - first < TURN.toNanos());
  }
}
