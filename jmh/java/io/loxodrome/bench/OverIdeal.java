package io.loxodrome.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The time an operator took over the ideal time, beside the time itself: JMH divides the duration
 * in milliseconds by what was added up here.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class OverIdeal {
  /** Ideal milliseconds of all calls in this iteration; 1 in the result is perfect. */
  public double timesIdeal;

  @Setup(Level.Iteration)
  public void reset() {
    timesIdeal = 0;
  }

  void add(double idealMilliseconds) {
    timesIdeal += idealMilliseconds;
  }
}
