package io.loxodrome.bench;

import io.loxodrome.ops.Device;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
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
 * The peers of {@link TrainingStepBenchmark}: the same networks in libtorch, on all cores, by each
 * of its ways.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before anything else
public class LibtorchStepBenchmark {
  /** The manifold, the convolutions' plan and the linear layers'. */
  @Param({
    "point/plain/plain",
    "ellipse/outputs/outputs",
    "ellipse/inputs/inputs",
    "ellipse/grouped/outputs",
    "ellipse/grouped/inputs",
    "ellipse/grouped/grouped",
    "spline:16/grouped/outputs",
    "spline:16/grouped/inputs"
  })
  public String peer;

  @Param("128")
  public int batch;

  private Step step;

  /** Builds the peer and holds its losses against those of Loxodrome's network. */
  @Setup
  public void setUp() {
    Batch data = new Batch(batch);
    LibtorchPeer parsed = LibtorchPeer.parse(peer, peer);
    try (Device device = Device.open("cpu");
        PaperCnnStep ours = new PaperCnnStep(device, parsed.manifold(), data)) {
      step = parsed.step(Libtorch.open(), data, ours.parameters());
      Course.of("ours", ours).requireSame(Course.of(peer, step));
    }
  }

  @TearDown
  public void tearDown() {
    step.close();
  }

  @Benchmark
  public double step() {
    return step.run();
  }
}
