package io.loxodrome.bench;

import io.loxodrome.manifold.Replicas;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the milliseconds of a training step go, operator by operator, beside the least there is to
 * do.
 *
 * <pre>{@code java -cp target/benchmarks.jar io.loxodrome.bench.Profile [MANIFOLD [DEVICE]]}</pre>
 *
 * <p>{@link io.loxodrome.nn.PaperCnn}, 32 x 32 x 3, B = 128, an ellipse on {@code cpu} unless told.
 * Medians over steps; {@code floor} is the arithmetic of a plain layer at the rate of a large
 * product or each argument moved once at the rate of a large copy, whichever takes longer.
 */
public final class Profile {
  private static final int BATCH = 128;
  private static final int WARM_UP = 30;
  private static final int STEPS = 60;

  private Profile() {}

  /**
   * Runs the steps and prints the table.
   *
   * @param arguments a manifold and a device, both may be left out
   */
  public static void main(String[] arguments) throws InterruptedException {
    WeightManifold manifold = WeightManifold.parse(arguments.length > 0 ? arguments[0] : "ellipse");
    String name = arguments.length > 1 ? arguments[1] : "cpu";
    Ceiling ceiling = Ceiling.measure(name);
    try (TimedDevice device = new TimedDevice(Device.open(name));
        Step step = step(device, manifold)) {
      Course.of(manifold.toString(), step);
      System.out.print(table(profile(device, step), ceiling));
    }
  }

  private static Step step(Device device, WeightManifold manifold) {
    return manifold instanceof Replicas replicas
        ? new ReplicaSteps(device, replicas.each(), replicas.count())
        : new PaperCnnStep(device, manifold, new Batch(BATCH));
  }

  /** An operator's calls in a step, taken together. */
  private record Row(Timings timings, @Nullable Work work) {}

  private static Map<String, Row> profile(TimedDevice device, Step step)
      throws InterruptedException {
    Map<String, Row> rows = new LinkedHashMap<>();
    Timings whole = new Timings("whole step");
    Quiet.await();
    for (int i = 0; i < WARM_UP + STEPS; i++) {
      device.take();
      long start = System.nanoTime();
      step.run();
      long duration = System.nanoTime() - start;
      if (i >= WARM_UP) {
        whole.addNanoseconds(duration);
        addStep(rows, device.take());
      }
    }
    rows.put(whole.name(), new Row(whole, null));
    return rows;
  }

  private static void addStep(Map<String, Row> rows, List<TimedDevice.Call> calls) {
    Map<String, List<TimedDevice.Call>> byOperator = new LinkedHashMap<>();
    for (TimedDevice.Call call : calls) {
      byOperator.computeIfAbsent(call.operator(), name -> new ArrayList<>()).add(call);
    }
    byOperator.forEach(
        (name, group) ->
            rows.computeIfAbsent(name, key -> new Row(new Timings(key), sum(group)))
                .timings
                .addNanoseconds(group.stream().mapToLong(TimedDevice.Call::nanoseconds).sum()));
  }

  private static @Nullable Work sum(List<TimedDevice.Call> calls) {
    Work sum = null;
    for (TimedDevice.Call call : calls) {
      Work work = call.work();
      if (work != null) {
        sum = sum == null ? work : sum.plus(work);
      }
    }
    return sum;
  }

  private static String table(Map<String, Row> rows, Ceiling ceiling) {
    StringBuilder table = new StringBuilder();
    table.append(
        "%nproducts at %.0f GFLOP/s, copies at %.1f GB/s%n%n"
            .formatted(ceiling.operationsPerSecond() / 1e9, ceiling.bytesPerSecond() / 1e9));
    table.append("%-36s %8s %8s %8s %8s%n".formatted("ms", "median", "least", "floor", "/ floor"));
    rows.forEach((name, row) -> table.append(line(name, row, ceiling)));
    return table.toString();
  }

  private static String line(String name, Row row, Ceiling ceiling) {
    double median = row.timings.median();
    String times = "%-36s %8.2f %8.2f".formatted(name, median, row.timings.quantile(0));
    if (row.work == null) {
      return times + System.lineSeparator();
    }
    double floor = ceiling.milliseconds(row.work);
    return times + " %8.2f %8.2f%n".formatted(floor, median / floor);
  }
}
