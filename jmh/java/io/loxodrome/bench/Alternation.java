package io.loxodrome.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Times steps against each other in one process by turns: ours, theirs, ours, ..., so that whatever
 * slows the machine for a while slows all of them.
 *
 * <p>Before each turn the process {@linkplain Quiet is quiet}. The first step of a turn brings its
 * own data back into the caches and is not counted.
 */
final class Alternation {
  private static final int WARM_UP_ROUNDS = 5;
  private static final int STEPS_PER_TURN = 2;

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
   * Lets them take turns after a few rounds of warm-up.
   *
   * @param rounds how many turns each has at most
   * @param limit after which the round under way is the last one
   */
  void run(int rounds, Duration limit) throws InterruptedException {
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      for (Contender contender : contenders) {
        turn(contender.step, new Timings("warm-up"));
      }
    }
    long start = System.nanoTime();
    for (int i = 0; i < rounds && System.nanoTime() - start < limit.toNanos(); i++) {
      for (Contender contender : contenders) {
        turn(contender.step, contender.timings);
      }
    }
  }

  private static void turn(Step step, Timings timings) throws InterruptedException {
    Quiet.await();
    step.run();
    for (int i = 0; i < STEPS_PER_TURN; i++) {
      long start = System.nanoTime();
      double loss = step.run();
      timings.addNanoseconds(System.nanoTime() - start);
      if (!Double.isFinite(loss)) {
        throw new IllegalStateException(
            timings.name() + " has loss " + loss + ", its times would say nothing");
      }
    }
  }
}
