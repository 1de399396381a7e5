package io.loxodrome.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Durations of the same work done again and again, in milliseconds. */
final class Timings {
  private final String name;
  private final List<Double> milliseconds = new ArrayList<>();

  /**
   * No durations yet.
   *
   * @param name of the work, in lower case with underscores
   */
  Timings(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  void addNanoseconds(long nanoseconds) {
    milliseconds.add(nanoseconds / 1e6);
  }

  int count() {
    return milliseconds.size();
  }

  /** Adds the median, ms, and the quartiles to a line for programs. */
  void addTo(JsonObject line) {
    line.addProperty("ms", median());
    JsonArray quartiles = new JsonArray();
    quartiles.add(quantile(0.25));
    quartiles.add(quantile(0.75));
    line.add("quartiles", quartiles);
  }

  double median() {
    return quantile(0.5);
  }

  /**
   * The time that a share of all runs stayed below, interpolated between neighbours.
   *
   * @param share in [0, 1]
   * @throws IllegalStateException if nothing was measured
   */
  double quantile(double share) {
    if (milliseconds.isEmpty()) {
      throw new IllegalStateException("no run of " + name + " was timed");
    }
    double[] sorted = milliseconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    double position = share * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
