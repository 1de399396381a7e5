package io.loxodrome.bench;

import com.google.gson.JsonObject;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import java.time.Duration;
import java.util.List;

/**
 * What a training step costs beside libtorch's plain network: a table, then one line of JSON.
 *
 * <pre>{@code java -cp target/benchmarks.jar io.loxodrome.bench.StepComparison}</pre>
 *
 * <p>{@link io.loxodrome.nn.PaperCnn}, 32 x 32 x 3, B = 128, as a point and as an ellipse, and the
 * plain network in libtorch, each with all cores. Medians of alternating steps; under two minutes.
 */
public final class StepComparison {
  private static final int BATCH = 128;
  private static final int ROUNDS = 40;
  private static final Duration LIMIT = Duration.ofSeconds(75);

  private StepComparison() {}

  /**
   * Runs the comparison.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) throws InterruptedException {
    Batch batch = new Batch(BATCH);
    WeightManifold point = WeightManifold.parse("point");
    try (Device device = Device.open("cpu");
        PaperCnnStep plain = new PaperCnnStep(device, point, batch);
        PaperCnnStep ellipse = new PaperCnnStep(device, WeightManifold.parse("ellipse"), batch);
        LibtorchPlainCnn libtorch =
            new LibtorchPlainCnn(
                Libtorch.open(), batch, plain.parameters(), PaperCnnStep.settings(point))) {
      Course.of("ours", plain).requireSame(Course.of("libtorch", libtorch));
      Course.of("ellipse", ellipse);
      Alternation alternation = new Alternation();
      Timings ours = alternation.add("ours_plain", plain);
      Timings theirs = alternation.add("libtorch_plain", libtorch);
      Timings curved = alternation.add("ours_ellipse", ellipse);
      alternation.run(ROUNDS, LIMIT);
      System.out.println(device.description());
      System.out.print(table(List.of(ours, curved, theirs)));
      System.out.println(json(ours, curved, theirs));
    }
  }

  private static String table(List<Timings> rows) {
    StringBuilder table = new StringBuilder();
    table.append(
        "%-16s %8s %8s %8s %8s %6s%n"
            .formatted("ms per step", "median", "25 %", "75 %", "least", "steps"));
    for (Timings row : rows) {
      table.append(
          "%-16s %8.1f %8.1f %8.1f %8.1f %6d%n"
              .formatted(
                  row.name(),
                  row.median(),
                  row.quantile(0.25),
                  row.quantile(0.75),
                  row.quantile(0),
                  row.count()));
    }
    return table.toString();
  }

  private static JsonObject json(Timings ours, Timings curved, Timings theirs) {
    JsonObject line = new JsonObject();
    for (Timings timings : List.of(ours, curved, theirs)) {
      line.addProperty(timings.name() + "_ms", rounded(timings.median()));
    }
    addRatio(line, ours, theirs);
    addRatio(line, curved, ours);
    addRatio(line, curved, theirs);
    return line;
  }

  private static void addRatio(JsonObject line, Timings numerator, Timings denominator) {
    line.addProperty(
        numerator.name() + "_over_" + denominator.name(),
        rounded(numerator.median() / denominator.median()));
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
