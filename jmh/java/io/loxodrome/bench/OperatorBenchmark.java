package io.loxodrome.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One family of operators at the shapes of {@link io.loxodrome.nn.PaperCnn} on 32 x 32 x 3 images,
 * each time beside the {@linkplain OverIdeal ideal}.
 *
 * <p>A call's time is that until its result is there: a device that computes while its caller goes
 * on is waited for.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls open before anything else
public abstract class OperatorBenchmark {
  /** A device's name, with a plan to force it, such as {@code cpu:outputs}. */
  @Param("cpu")
  public String device;

  private Ceiling ceiling;
  private Workbench bench;

  @Setup
  public void open() {
    ceiling = Ceiling.measure(device);
    bench = new Workbench(device);
    prepare(bench);
  }

  /** Makes the operands. */
  abstract void prepare(Workbench bench);

  /** The ideal time in milliseconds, which it prints with its grounds. */
  final double ideal(String operator, Work work) {
    // JMH has begun a line for the iteration to come.
    System.out.println();
    System.out.println(ceiling.describe(operator, work));
    return ceiling.milliseconds(work);
  }

  /** Ends a call: waits for the device, and counts the ideal milliseconds. */
  final void done(OverIdeal overIdeal, double idealMilliseconds) {
    bench.await();
    overIdeal.add(idealMilliseconds);
  }

  @TearDown
  public void close() {
    bench.close();
  }
}
