package io.loxodrome.bench;

import com.google.gson.JsonObject;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What R networks cost that are trained at once, beside R that are trained one after the other: a
 * table, then one line of JSON.
 *
 * <pre>{@code java -cp target/benchmarks.jar io.loxodrome.bench.Replicas [SECONDS]}</pre>
 *
 * <p>Whole training steps of {@link io.loxodrome.nn.PaperCnn} as a run takes them, images turned
 * and all, on images as large as Fashion-MNIST's, 28 x 28, B = 128: R = 1, 5 and 20 by turns, as
 * points and as ellipses. Medians; it ends within SECONDS, 80 unless told, its start included.
 */
public final class Replicas {
  private static final String DEVICE = "cpu";
  private static final String SECONDS = "80";
  private static final int[] COUNTS = {1, 5, 20};

  /** For closing, and for a last round that takes longer than those before it. */
  private static final Duration RESERVE = Duration.ofSeconds(10);

  private Replicas() {}

  /**
   * Runs the comparison.
   *
   * @param arguments the seconds it may take, if not 80
   */
  public static void main(String[] arguments) throws InterruptedException {
    Duration most =
        Duration.ofSeconds(Long.parseLong(arguments.length == 0 ? SECONDS : arguments[0]));
    Alternation alternation = new Alternation();
    Map<String, Timings> timings = new LinkedHashMap<>();
    List<Step> steps = new ArrayList<>();
    try (Device device = Device.open(DEVICE)) {
      for (String spec : new String[] {"point", "ellipse"}) {
        for (int count : COUNTS) {
          String name = spec + "_" + count;
          Step step = new ReplicaSteps(device, WeightManifold.parse(spec), count);
          steps.add(step);
          timings.put(name, alternation.add(name, step));
        }
      }
      alternation.run(Integer.MAX_VALUE, most.minus(RESERVE).minus(uptime()));
      steps.forEach(Step::close);
      System.out.println(device.description());
    }
    JsonObject line = new JsonObject();
    timings.forEach((name, times) -> report(name, times, timings, line));
    System.out.println(line);
  }

  private static void report(
      String name, Timings times, Map<String, Timings> all, JsonObject line) {
    String spec = name.substring(0, name.indexOf('_'));
    int count = Integer.parseInt(name.substring(spec.length() + 1));
    Timings one = all.getOrDefault(spec + "_1", times);
    double share = times.median() / (count * one.median());
    System.out.printf(
        "%-8s R = %2d  %8.1f ms a step, %.3f of R alone (%d steps)%n",
        spec, count, times.median(), share, times.count());
    JsonObject own = new JsonObject();
    times.addTo(own);
    own.addProperty("share", share);
    line.add(name, own);
  }

  private static Duration uptime() {
    return Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
  }
}
