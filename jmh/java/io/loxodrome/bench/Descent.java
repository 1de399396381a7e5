package io.loxodrome.bench;

import com.google.gson.JsonObject;
import io.loxodrome.ops.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps and seconds to a given loss for SGD, Adam, SGD in the manifold's metric and SGD in the
 * layerwise one, each at the best of as many learning rates.
 *
 * <pre>{@code java -cp target/benchmarks.jar io.loxodrome.bench.Descent FOLDER [PROBLEM]}</pre>
 *
 * <p>PROBLEM is {@code regression} or {@code fashion-mnist}, both unless told. Best is the rate
 * that comes to the last target first, or lowest where none does. Leaves a figure of the best
 * courses and the figures behind it, descent_PROBLEM.svg and descent_PROBLEM.jsonl, in the folder.
 */
public final class Descent {
  /** Each method's rates stand around its base in these proportions. */
  private static final double[] PROPORTIONS = {1 / 9.0, 1 / 3.0, 1, 3, 9};

  private Descent() {}

  /**
   * Runs the comparison.
   *
   * @param arguments the folder, which is made if it is not there, and a problem
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 1 || arguments.length > 2) {
      throw new IllegalArgumentException(
          "Descent takes FOLDER [PROBLEM], found " + arguments.length + " arguments");
    }
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    String wanted = arguments.length == 2 ? arguments[1] : "";
    try (Device device = Device.open("cpu")) {
      System.out.println(device.description());
      for (DescentProblem problem : problems(device)) {
        if (wanted.isEmpty() || wanted.equals(problem.name())) {
          compare(problem, folder);
        }
      }
    }
  }

  private static List<DescentProblem> problems(Device device) throws IOException {
    return List.of(new RegressionDescent(device), new FashionDescent(device));
  }

  private static void compare(DescentProblem problem, Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    LineChart chart = new LineChart(problem.title(), "steps", problem.lossName()).falling();
    for (DescentMethod method : problem.methods()) {
      LossCourse best = null;
      for (double proportion : PROPORTIONS) {
        double rate = problem.baseRate(method) * proportion;
        LossCourse course = problem.descend(method, rate);
        lines.add(line(problem, method, rate, course));
        if (best == null || course.beats(best, problem.targets())) {
          best = course;
        }
      }
      if (best != null) {
        report(problem, method, best);
        chart.add(method.label(), best.points(problem::shown));
      }
    }
    Files.write(folder.resolve("descent_" + problem.name() + ".jsonl"), lines);
    Files.write(folder.resolve("descent_" + problem.name() + ".svg"), chart.svg());
  }

  private static String line(
      DescentProblem problem, DescentMethod method, double rate, LossCourse course) {
    JsonObject line = new JsonObject();
    line.addProperty("problem", problem.name());
    line.addProperty("method", method.label());
    line.addProperty("learning_rate", rate);
    course.addTo(line, problem.targets());
    return line.toString();
  }

  private static void report(DescentProblem problem, DescentMethod method, LossCourse course) {
    StringBuilder text = new StringBuilder();
    for (double target : problem.targets()) {
      text.append(" | ").append(course.to(target));
    }
    System.out.printf(
        "| %s | %s | %.3g | %.1f%s |%n",
        problem.name(), method.label(), course.learningRate(), course.millisecondsAStep(), text);
  }
}
