package io.loxodrome.bench;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The figures of {@link Price} and what they are held against.
 *
 * @param timings of each contender by name
 * @param plain memory of our step on a point
 * @param ellipse memory of our step on an ellipse
 */
record PriceReport(Map<String, Timings> timings, StepMemory plain, StepMemory ellipse) {
  private static final String OURS = "ours_plain";
  private static final String THEIRS = "libtorch_plain";

  private static final List<String> NAMES =
      List.of(
          OURS,
          "ours_ellipse",
          "ours_spline16",
          THEIRS,
          "libtorch_outputs",
          "libtorch_inputs",
          "libtorch_grouped",
          "libtorch_grouped16");

  /** A ratio of two medians that is to be at most so much. */
  private record Goal(String numerator, String denominator, double most) {}

  private static final List<Goal> GOALS =
      List.of(
          new Goal(OURS, THEIRS, 0.45),
          new Goal("ours_ellipse", OURS, 1.4),
          new Goal("ours_ellipse", THEIRS, 0.6),
          new Goal("ours_ellipse", "libtorch_grouped", 0.3),
          new Goal("ours_ellipse", "libtorch_outputs", 0.15),
          new Goal("ours_spline16", OURS, 2.0));

  private static final double MOST_MEMORY = 1.3;

  private Timings timed(String name) {
    return Objects.requireNonNull(timings.get(name), name);
  }

  private double median(String name) {
    return timed(name).median();
  }

  private double memoryRatio() {
    return (double) ellipse.peak() / plain.peak();
  }

  /** Times, then goals, then memory. */
  String table() {
    StringBuilder table = new StringBuilder();
    addTimes(table);
    addGoals(table);
    addMemory(table);
    return table.toString();
  }

  private void addTimes(StringBuilder table) {
    table.append(
        "%n%-20s %8s %8s %8s %6s %12s %16s%n"
            .formatted(
                "ms per step", "median", "25 %", "75 %", "steps", "/ " + OURS, "/ " + THEIRS));
    for (String name : NAMES) {
      Timings row = timed(name);
      table.append(
          "%-20s %8.1f %8.1f %8.1f %6d %12.2f %16.2f%n"
              .formatted(
                  name,
                  row.median(),
                  row.quantile(0.25),
                  row.quantile(0.75),
                  row.count(),
                  row.median() / median(OURS),
                  row.median() / median(THEIRS)));
    }
  }

  private void addGoals(StringBuilder table) {
    table.append("%n%-36s %8s %8s%n".formatted("ratio", "is", "goal"));
    for (Goal goal : GOALS) {
      addGoal(
          table,
          goal.numerator + " / " + goal.denominator,
          median(goal.numerator) / median(goal.denominator),
          goal.most);
    }
    addGoal(table, "peak memory, ellipse / plain", memoryRatio(), MOST_MEMORY);
  }

  private static void addGoal(StringBuilder table, String ratio, double value, double most) {
    String verdict =
        value <= most ? "met" : "missed by %.0f %%".formatted(100 * (value / most - 1));
    table.append("%-36s %8.3f %8.2f  %s%n".formatted(ratio, value, most, verdict));
  }

  private void addMemory(StringBuilder table) {
    table.append(
        "%n%-20s %8s %18s %12s%n".formatted("ours, MB", "peak", "a parameter copy", "activations"));
    addMemory(table, "plain", plain);
    addMemory(table, "ellipse", ellipse);
  }

  private static void addMemory(StringBuilder table, String name, StepMemory memory) {
    table.append(
        "%-20s %8.1f %18.1f %12.1f%n"
            .formatted(
                name, memory.peak() / 1e6, memory.parameters() / 1e6, memory.activations() / 1e6));
  }

  /** The medians and the ratio of memory, for programs. */
  JsonObject json() {
    JsonObject line = new JsonObject();
    NAMES.forEach(name -> line.addProperty(name + "_ms", rounded(median(name))));
    line.addProperty("peak_memory_ratio", rounded(memoryRatio()));
    return line;
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
