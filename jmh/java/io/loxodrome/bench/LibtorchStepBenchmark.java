package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
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
 * The peer of {@link TrainingStepBenchmark}: the same network without a manifold in libtorch, on
 * all cores.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 2)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before anything else
public class LibtorchStepBenchmark {
  @Param("128")
  public int batch;

  private Step step;

  /** Builds the peer and holds its losses against those of Loxodrome's point network. */
  @Setup
  public void setUp() {
    Batch data = new Batch(batch);
    WeightManifold point = WeightManifold.parse("point");
    try (Device device = Device.open("cpu");
        PaperCnnStep ours = new PaperCnnStep(device, point, data)) {
      step =
          new LibtorchPlainCnn(
              Libtorch.open(), data, ours.parameters(), PaperCnnStep.settings(point));
      Course.of("ours", ours).requireSame(Course.of("libtorch", step));
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
