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

/** One whole training step of {@link io.loxodrome.nn.PaperCnn} on 32 x 32 x 3 images. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 2)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before anything else
public class TrainingStepBenchmark {
  @Param("cpu")
  public String device;

  @Param({"point", "ellipse", "spline:16"})
  public String manifold;

  @Param("128")
  public int batch;

  private Device opened;
  private Step step;

  @Setup
  public void setUp() {
    opened = Device.open(device);
    step = new PaperCnnStep(opened, WeightManifold.parse(manifold), new Batch(batch));
    Course.of(manifold, step);
  }

  @TearDown
  public void tearDown() {
    step.close();
    opened.close();
  }

  @Benchmark
  public double step() {
    return step.run();
  }
}
