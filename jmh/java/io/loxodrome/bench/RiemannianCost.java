package io.loxodrome.bench;

import com.google.gson.JsonObject;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.riemann.OutputFactor;
import io.loxodrome.riemann.RiemannianSgd;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a step in the layerwise metric costs beside one of momentum SGD: where the time goes, a
 * table, then one line of JSON.
 *
 * <pre>{@code java -cp target/benchmarks.jar io.loxodrome.bench.RiemannianCost [SECONDS] [DEVICE]}
 * </pre>
 *
 * <p>Whole training steps of {@link io.loxodrome.nn.PaperCnn}, 32 x 32 x 3, B = 128, on a point and
 * on an ellipse: SGD, one random column of the loss's metric for each image, and all of them
 * exactly. Medians of alternating steps; it ends within SECONDS, 120 unless told, its start
 * included. After them each step once by parts, on a device that notes every operator's time.
 */
public final class RiemannianCost {
  private static final int BATCH = 128;
  private static final String DEVICE = "cpu";
  private static final String SECONDS = "120";

  /** So small that the same batch again and again leads nowhere bad. */
  private static final double LEARNING_RATE = 1e-3;

  private static final Duration RESERVE = Duration.ofSeconds(25);
  private static final List<String> MANIFOLDS = List.of("point", "ellipse");

  private RiemannianCost() {}

  /** The optimisers that are compared. */
  private enum Kind {
    SGD,
    ONE_PROBE,
    EXACT;

    private Step step(Device device, WeightManifold manifold, Batch batch) {
      return switch (this) {
        case SGD -> new PaperCnnStep(device, manifold, batch);
        case ONE_PROBE ->
            riemannian(device, manifold, batch, new OutputFactor.SampledSoftmax(1, 1));
        case EXACT -> riemannian(device, manifold, batch, new OutputFactor.Softmax());
      };
    }

    private static Step riemannian(
        Device device, WeightManifold manifold, Batch batch, OutputFactor factor) {
      return new PaperCnnStep(
          device,
          manifold,
          batch,
          parameters ->
              new RiemannianSgd(
                  device,
                  parameters,
                  RiemannianSgd.Settings.of(factor).withLearningRate(LEARNING_RATE)));
    }

    private String of(String manifold) {
      return name().toLowerCase(Locale.ROOT) + "_" + manifold;
    }
  }

  /**
   * Runs the comparison.
   *
   * @param arguments the seconds it may take and the device, if not 120 and cpu
   */
  public static void main(String[] arguments) throws InterruptedException {
    Duration most =
        Duration.ofSeconds(Long.parseLong(arguments.length == 0 ? SECONDS : arguments[0]));
    Batch batch = new Batch(BATCH);
    try (Device device = Device.open(arguments.length < 2 ? DEVICE : arguments[1])) {
      System.out.println(device.description());
      List<Timings> timings = new ArrayList<>();
      List<Step> steps = new ArrayList<>();
      Alternation alternation = new Alternation();
      for (String manifold : MANIFOLDS) {
        for (Kind kind : Kind.values()) {
          Step step = kind.step(device, WeightManifold.parse(manifold), batch);
          steps.add(step);
          timings.add(alternation.add(kind.of(manifold), step));
        }
      }
      Duration uptime = Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
      alternation.run(Integer.MAX_VALUE, most.minus(RESERVE).minus(uptime));
      steps.forEach(Step::close);
      for (String manifold : MANIFOLDS) {
        for (Kind kind : Kind.values()) {
          printParts(device, kind, manifold, batch);
        }
      }
      report(timings);
    }
  }

  /** The third of three steps, operator by operator. */
  private static void printParts(Device device, Kind kind, String manifold, Batch batch) {
    TimedDevice timed = new TimedDevice(device);
    try (Step step = kind.step(timed, WeightManifold.parse(manifold), batch)) {
      step.run();
      step.run();
      timed.take();
      long start = System.nanoTime();
      step.run();
      double all = (System.nanoTime() - start) / 1e6;
      Map<String, Double> parts = new TreeMap<>();
      for (TimedDevice.Call call : timed.take()) {
        parts.merge(call.operator(), call.nanoseconds() / 1e6, Double::sum);
      }
      double inOperators = parts.values().stream().mapToDouble(Double::doubleValue).sum();
      System.out.printf(
          Locale.ROOT,
          "%n%s: %.1f ms, outside operators %.1f%n",
          kind.of(manifold),
          all,
          all - inOperators);
      parts.entrySet().stream()
          .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
          .filter(part -> part.getValue() > 0.01 * all)
          .forEach(
              part ->
                  System.out.printf(
                      Locale.ROOT, "  %8.1f ms  %s%n", part.getValue(), part.getKey()));
    }
  }

  private static void report(List<Timings> timings) {
    JsonObject line = new JsonObject();
    int kinds = Kind.values().length;
    for (int i = 0; i < timings.size(); i++) {
      Timings timing = timings.get(i);
      double ratio = timing.median() / timings.get(i / kinds * kinds).median();
      System.out.printf(
          Locale.ROOT,
          "%-20s %9.1f ms  x %5.2f  (%d steps)%n",
          timing.name(),
          timing.median(),
          ratio,
          timing.count());
      JsonObject entry = new JsonObject();
      timing.addTo(entry);
      entry.addProperty("ratio", ratio);
      line.add(timing.name(), entry);
    }
    System.out.println(line);
  }
}
