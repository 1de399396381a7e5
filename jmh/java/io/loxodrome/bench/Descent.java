package io.loxodrome.bench;

import com.google.gson.JsonObject;
import io.loxodrome.ops.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Steps and seconds to a given loss for SGD, Adam, SGD in the manifold's metric and SGD in the
 * layerwise one, each at the best of as many learning rates.
 *
 * <pre>{@code
 * java -cp target/benchmarks.jar io.loxodrome.bench.Descent FOLDER [PROBLEM [SECONDS]]
 * }</pre>
 *
 * <p>PROBLEM is {@code regression} or {@code fashion-mnist}, both unless told. A trial ends at the
 * last target, after SECONDS of steps (20 for the regression, 50 for Fashion-MNIST) or when it
 * diverges; a method's first steps, while the JVM compiles them, are taken before in a trial that
 * does not count. Losses are those of the same examples for all, measured between steps and outside
 * their time. Best is the rate that comes to the last target first, or lowest where none does; the
 * table says which of the five it is, as a best one at either end might not be the best there is.
 *
 * <p>Each trial leaves a line in descent_PROBLEM.jsonl in the folder when it ends, each method a
 * line in descent_PROBLEM_steps.svg and descent_PROBLEM_seconds.svg.
 */
public final class Descent {
  /** Each method's rates stand around its base in these proportions. */
  private static final List<Double> PROPORTIONS = List.of(1 / 9.0, 1 / 3.0, 1.0, 3.0, 9.0);

  /** This part of a trial's time goes into steps before the first. */
  private static final double WARM_UP = 0.1;

  /** One training; rank is the place of its learning rate among the five, from 1. */
  private record Trial(DescentMethod method, int rank, LossCourse course) {
    String place() {
      return rank + " of " + PROPORTIONS.size();
    }
  }

  private final DescentProblem problem;
  private final LossCourse.Limits limits;
  private final Path lines;
  private final Path inSteps;
  private final Path inSeconds;

  private Descent(DescentProblem problem, OptionalDouble budget, Path folder) {
    String name = "descent_" + problem.name();
    List<Double> targets = problem.targets();
    this.problem = problem;
    this.limits =
        new LossCourse.Limits(
            problem.interval(), budget.orElse(problem.budget()), targets.get(targets.size() - 1));
    this.lines = folder.resolve(name + ".jsonl");
    this.inSteps = folder.resolve(name + "_steps.svg");
    this.inSeconds = folder.resolve(name + "_seconds.svg");
  }

  /**
   * Runs the comparison.
   *
   * @param arguments the folder, which is made if it is not there, a problem and seconds
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 1 || arguments.length > 3) {
      throw new IllegalArgumentException(
          "Descent takes FOLDER [PROBLEM [SECONDS]], found " + arguments.length + " arguments");
    }
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    OptionalDouble budget =
        arguments.length == 3
            ? OptionalDouble.of(Double.parseDouble(arguments[2]))
            : OptionalDouble.empty();
    try (Device device = Device.open("cpu")) {
      System.out.println(device.description());
      for (DescentProblem problem : problems(device)) {
        if (arguments.length == 1 || arguments[1].equals(problem.name())) {
          new Descent(problem, budget, folder).compare();
        }
      }
    }
  }

  private static List<DescentProblem> problems(Device device) throws IOException {
    return List.of(new RegressionDescent(device), new FashionDescent(device));
  }

  private void compare() throws IOException {
    Files.deleteIfExists(lines);
    List<Trial> best = new ArrayList<>();
    for (DescentMethod method : problem.methods()) {
      best.add(best(method));
      plot(best);
    }
    System.out.printf("%n| %s | rate | ms a step |%s%n", problem.name(), headings());
    best.forEach(trial -> System.out.println(row(trial)));
  }

  private Trial best(DescentMethod method) throws IOException {
    warmUp(method);
    Trial best = trial(method, 1);
    for (int rank = 2; rank <= PROPORTIONS.size(); rank++) {
      Trial trial = trial(method, rank);
      if (trial.course.beats(best.course)) {
        best = trial;
      }
    }
    return best;
  }

  private void warmUp(DescentMethod method) {
    LossCourse.Limits few = limits.within(WARM_UP * limits.budget());
    LossCourse unused = problem.descend(method, rate(method, 1), few);
    System.out.printf("%s, %s, warm-up: %s%n", problem.name(), method.label(), unused.ending());
  }

  private double rate(DescentMethod method, int rank) {
    return problem.baseRate(method) * PROPORTIONS.get(rank - 1);
  }

  private Trial trial(DescentMethod method, int rank) throws IOException {
    double rate = rate(method, rank);
    Trial trial = new Trial(method, rank, problem.descend(method, rate, limits));
    System.out.printf(
        "%s, %s, rate %.3g (%s): %s%n",
        problem.name(), method.label(), rate, trial.place(), trial.course.ending());
    Files.writeString(
        lines, line(trial) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return trial;
  }

  private String line(Trial trial) {
    JsonObject line = new JsonObject();
    line.addProperty("problem", problem.name());
    line.addProperty("method", trial.method.label());
    trial.course.addTo(line, problem.targets());
    return line.toString();
  }

  private void plot(List<Trial> best) throws IOException {
    LineChart steps = chart("steps");
    LineChart seconds = chart("seconds");
    for (Trial trial : best) {
      String label = trial.method.label();
      steps.add(label, trial.course.points(LossCourse.Measurement::steps, problem::shown));
      seconds.add(label, trial.course.points(LossCourse.Measurement::seconds, problem::shown));
    }
    Files.write(inSteps, steps.svg());
    Files.write(inSeconds, seconds.svg());
  }

  private LineChart chart(String x) {
    return new LineChart(problem.title(), x, problem.lossName()).withLegendBeside().logarithmic();
  }

  private String headings() {
    StringBuilder text = new StringBuilder();
    problem.targets().forEach(target -> text.append(" to ").append(target).append(" |"));
    return text.toString();
  }

  private String row(Trial trial) {
    StringBuilder text = new StringBuilder();
    for (double target : problem.targets()) {
      text.append(" | ").append(trial.course.to(target).map(Descent::cell).orElse("-"));
    }
    return "| %s | %.3g (%s) | %.1f%s |"
        .formatted(
            trial.method.label(),
            trial.course.learningRate(),
            trial.place(),
            trial.course.millisecondsAStep().orElse(Double.NaN),
            text);
  }

  private static String cell(LossCourse.Measurement there) {
    return "%d, %.2f s".formatted(there.steps(), there.seconds());
  }
}
