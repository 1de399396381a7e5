package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import java.util.List;
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
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before anything else
public class TrainingStepBenchmark {
  /** A device's name, with a plan to force it, such as {@code cpu:outputs}. */
  @Param("cpu")
  public String device;

  @Param({"point", "ellipse", "spline:8", "spline:16", "spline:32"})
  public String manifold;

  @Param({"32", "128", "512"})
  public int batch;

  private Device opened;
  private Step step;
  private double ideal;

  @Setup
  public void setUp() {
    WeightManifold parsed = WeightManifold.parse(manifold);
    Ceiling ceiling = Ceiling.measure(device);
    List<Work> parts = StepWork.parts(parsed, batch);
    ideal = parts.stream().mapToDouble(ceiling::milliseconds).sum();
    System.out.println();
    System.out.printf("# ideal step: %.3f ms, the sum of its layers' and the update's%n", ideal);
    opened = Device.open(device);
    step = new PaperCnnStep(opened, parsed, new Batch(batch));
    Course.of(manifold, step);
  }

  @TearDown
  public void tearDown() {
    step.close();
    opened.close();
  }

  @Benchmark
  public double step(OverIdeal overIdeal) {
    double loss = step.run();
    overIdeal.add(ideal);
    return loss;
  }
}
