package io.loxodrome.bench;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;

/** The losses of one training and the seconds it took to come to each, steps alone. */
final class LossCourse {
  private static final int POINTS = 100;

  private final double learningRate;
  private final int window;
  private final double[] losses;
  private final double[] seconds;
  private int steps;
  private boolean diverged;

  /**
   * A course without steps yet.
   *
   * @param window over how many steps a loss is averaged, as batches differ; 1 where they do not
   */
  LossCourse(double learningRate, int window, int most) {
    this.learningRate = learningRate;
    this.window = window;
    this.losses = new double[most];
    this.seconds = new double[most];
  }

  double learningRate() {
    return learningRate;
  }

  /** Adds a step that had this loss before it. */
  void add(double loss, double secondsOfStep) {
    losses[steps] = loss;
    seconds[steps] = secondsOfStep + (steps == 0 ? 0 : seconds[steps - 1]);
    steps++;
    diverged |= !(loss <= 100 * losses[0]);
  }

  /** Notes that there is no going on. */
  void diverge() {
    diverged = true;
  }

  /** Whether the loss is past all use: not finite, or more than a hundred times the first. */
  boolean diverged() {
    return diverged;
  }

  /** Mean loss of the window that ends at a step. */
  private double smoothed(int step) {
    int first = Math.max(0, step - window + 1);
    return Arrays.stream(losses, first, step + 1).sum() / (step + 1 - first);
  }

  /** The first step at which the loss is at most so much; as many as there may be if none. */
  private int stepsTo(double target) {
    for (int step = window - 1; step < steps; step++) {
      if (smoothed(step) <= target) {
        return step;
      }
    }
    return losses.length;
  }

  private boolean reaches(double target) {
    return stepsTo(target) < losses.length;
  }

  /** Whether it comes to the last target sooner, or lower where neither does. */
  boolean beats(LossCourse other, List<Double> targets) {
    double target = targets.get(targets.size() - 1);
    if (reaches(target) || other.reaches(target)) {
      return stepsTo(target) < other.stepsTo(target);
    }
    return last() < other.last();
  }

  private double last() {
    return diverged ? Double.POSITIVE_INFINITY : smoothed(steps - 1);
  }

  double millisecondsAStep() {
    double[] own = new double[steps];
    for (int step = 0; step < steps; step++) {
      own[step] = seconds[step] - (step == 0 ? 0 : seconds[step - 1]);
    }
    Arrays.sort(own);
    return 1e3 * own[steps / 2];
  }

  /** Steps and seconds to a loss, as text. */
  String to(double target) {
    int step = stepsTo(target);
    return step < losses.length ? "%d, %.2f s".formatted(step, seconds[step]) : "-";
  }

  /** Smoothed losses by step, about a hundred of them, as they are to be shown. */
  Map<Integer, Double> points(DoubleUnaryOperator shown) {
    Map<Integer, Double> points = new TreeMap<>();
    int each = Math.max(1, steps / POINTS);
    for (int step = window - 1; step < steps; step += each) {
      points.put(step, shown.applyAsDouble(smoothed(step)));
    }
    return points;
  }

  void addTo(JsonObject line, List<Double> targets) {
    line.addProperty("steps", steps);
    line.addProperty("last_loss", last());
    line.addProperty("milliseconds_a_step", millisecondsAStep());
    for (double target : targets) {
      if (reaches(target)) {
        line.addProperty("steps_to_" + target, stepsTo(target));
        line.addProperty("seconds_to_" + target, seconds[stepsTo(target)]);
      }
    }
  }
}
