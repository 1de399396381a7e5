package io.loxodrome.bench;

import com.google.gson.JsonObject;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How the time of a training step grows with the basis size n and with the batch B: two plots and
 * the figures behind them.
 *
 * <pre>{@code java -cp target/benchmarks.jar io.loxodrome.bench.Growth FOLDER [SECONDS]}</pre>
 *
 * <p>{@link io.loxodrome.nn.PaperCnn} on 32 x 32 x 3 images: n = 1 (a point), 2 (a line) and 4 to
 * 32 (splines) at B = 128, then B = 16 to 512 as a point and as an ellipse. Medians of alternating
 * steps; either part takes SECONDS, 120 unless told. Leaves growth_in_n.svg, growth_in_b.svg and
 * growth.jsonl in the folder.
 */
public final class Growth {
  private static final List<String> MANIFOLDS =
      List.of("point", "line", "spline:4", "spline:8", "spline:16", "spline:32");
  private static final List<Integer> BATCHES = List.of(16, 32, 64, 128, 256, 512);
  private static final int BATCH = 128;
  private static final String SECONDS = "120";
  private static final int MOST_ROUNDS = 40;

  private record Point(WeightManifold manifold, int batch) {
    JsonObject json(Timings timings) {
      JsonObject line = new JsonObject();
      line.addProperty("manifold", manifold.spec());
      line.addProperty("n", manifold.basisSize());
      line.addProperty("batch", batch);
      timings.addTo(line);
      return line;
    }
  }

  private record Measured(Point point, Timings timings) {
    boolean isOn(WeightManifold manifold) {
      return point.manifold.equals(manifold);
    }

    String line() {
      return point.json(timings).toString();
    }
  }

  private final Path folder;
  private final Duration limit;

  private Growth(Path folder, Duration limit) {
    this.folder = folder;
    this.limit = limit;
  }

  /**
   * Measures both.
   *
   * @param arguments the folder, which is made if it is not there, and the seconds a part may take
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length < 1 || arguments.length > 2) {
      throw new IllegalArgumentException(
          "Growth takes FOLDER [SECONDS], found " + arguments.length + " arguments");
    }
    String seconds = arguments.length == 2 ? arguments[1] : SECONDS;
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    new Growth(folder, Duration.ofSeconds(Long.parseLong(seconds))).run();
  }

  private void run() throws IOException, InterruptedException {
    List<Measured> inBasisSize = measured(basisSizes());
    List<Measured> inBatch = measured(batches());
    List<String> lines = new ArrayList<>();
    inBasisSize.forEach(measured -> lines.add(measured.line()));
    inBatch.forEach(measured -> lines.add(measured.line()));
    Files.write(folder.resolve("growth.jsonl"), lines);
    lines.forEach(System.out::println);
    plotBasisSizes(inBasisSize);
    plotBatches(inBatch);
  }

  private static List<Point> basisSizes() {
    return MANIFOLDS.stream().map(spec -> new Point(WeightManifold.parse(spec), BATCH)).toList();
  }

  private static List<Point> batches() {
    return BATCHES.stream()
        .flatMap(batch -> manifolds().stream().map(manifold -> new Point(manifold, batch)))
        .toList();
  }

  private static List<WeightManifold> manifolds() {
    return List.of(WeightManifold.parse("point"), WeightManifold.parse("ellipse"));
  }

  private List<Measured> measured(List<Point> points) throws InterruptedException {
    List<Measured> measured = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    Alternation alternation = new Alternation();
    try (Device device = Device.open("cpu")) {
      for (Point point : points) {
        Step step = new PaperCnnStep(device, point.manifold, new Batch(point.batch));
        steps.add(step);
        measured.add(new Measured(point, alternation.add(point.toString(), step)));
      }
      alternation.run(MOST_ROUNDS, limit);
      steps.forEach(Step::close);
    }
    return measured;
  }

  private void plotBasisSizes(List<Measured> all) throws IOException {
    LineChart chart = new LineChart("A training step, B = " + BATCH, "n", "ms");
    chart.add(
        "spline (n = 1: point, n = 2: line)",
        all.stream()
            .collect(
                Collectors.toMap(
                    one -> one.point.manifold.basisSize(), one -> one.timings.median())));
    Files.write(folder.resolve("growth_in_n.svg"), chart.svg());
  }

  private void plotBatches(List<Measured> all) throws IOException {
    LineChart chart = new LineChart("A training step", "B", "ms");
    for (WeightManifold manifold : manifolds()) {
      chart.add(
          manifold.spec(),
          all.stream()
              .filter(one -> one.isOn(manifold))
              .collect(Collectors.toMap(one -> one.point.batch, one -> one.timings.median())));
    }
    Files.write(folder.resolve("growth_in_b.svg"), chart.svg());
  }
}
