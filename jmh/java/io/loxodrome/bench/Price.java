package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;

/**
 * What a manifold costs beside a point, and both beside libtorch: a table, then one line of JSON.
 *
 * <pre>{@code java -cp target/benchmarks.jar io.loxodrome.bench.Price [SECONDS]}</pre>
 *
 * <p>Whole training steps of {@link io.loxodrome.nn.PaperCnn}, 32 x 32 x 3, B = 128, each with all
 * cores: ours as a point, an ellipse and a spline of 16, libtorch's plain network and its ways to
 * an ellipse (n = 3), and the grouped one to the spline. Medians of alternating steps; it ends
 * within SECONDS, 300 unless told, its start included.
 *
 * <p>libtorch takes its memory from malloc anew in each step, and glibc gives large blocks back to
 * the system: with {@code MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=8589934592} in the environment
 * it keeps them, and libtorch is faster by up to a third. Loxodrome, whose memory is pooled, is
 * not.
 */
public final class Price {
  private static final int BATCH = 128;
  private static final String DEVICE = "cpu";
  private static final String SECONDS = "300";

  /** For closing, and for a last round that takes longer than those before it. */
  private static final Duration RESERVE = Duration.ofSeconds(15);

  private static final WeightManifold POINT = WeightManifold.parse("point");
  private static final WeightManifold ELLIPSE = WeightManifold.parse("ellipse");
  private static final WeightManifold SPLINE = WeightManifold.parse("spline:16");

  private Price() {}

  /**
   * Runs the comparison.
   *
   * @param arguments the seconds it may take, if not 300
   */
  public static void main(String[] arguments) throws InterruptedException {
    Duration most =
        Duration.ofSeconds(Long.parseLong(arguments.length == 0 ? SECONDS : arguments[0]));
    Batch batch = new Batch(BATCH);
    StepMemory plain = StepMemory.measure(DEVICE, POINT, batch);
    StepMemory ellipse = StepMemory.measure(DEVICE, ELLIPSE, batch);
    try (Device device = Device.open(DEVICE);
        Contest contest = new Contest(device, Libtorch.open(), batch)) {
      enter(contest);
      Map<String, Timings> timings = contest.run(most.minus(RESERVE).minus(uptime()));
      PriceReport report = new PriceReport(timings, plain, ellipse);
      System.out.println(device.description());
      System.out.print(report.table());
      System.out.println(report.json());
    }
  }

  private static void enter(Contest contest) {
    contest.enter("ours_plain", POINT, LibtorchPeer.parse("libtorch_plain", "point/plain/plain"));
    contest.enter(
        "ours_ellipse",
        ELLIPSE,
        LibtorchPeer.parse("libtorch_outputs", "ellipse/outputs/outputs"),
        LibtorchPeer.parse("libtorch_inputs", "ellipse/inputs/inputs"),
        LibtorchPeer.parse("libtorch_grouped", "ellipse/grouped/outputs"));
    contest.enter(
        "ours_spline16",
        SPLINE,
        LibtorchPeer.parse("libtorch_grouped16", "spline:16/grouped/outputs"));
  }

  private static Duration uptime() {
    return Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
  }
}
