package io.loxodrome.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * How the loss of one training falls over its steps and their seconds; what it takes to measure a
 * loss is in no time.
 */
final class LossCourse {
  /** So many times the first loss is past all use. */
  private static final double DIVERGED = 100;

  /** Points that are shown have at least this between their seconds. */
  private static final double SPACING = 1.1;

  /**
   * When a loss is measured, and when training is over.
   *
   * @param interval seconds of steps from one measurement to the next, or one step if that is
   *     longer
   * @param budget seconds of steps that a training gets
   * @param aim the loss at which it has come to its end
   */
  record Limits(double interval, double budget, double aim) {
    /** The same with another budget. */
    Limits within(double seconds) {
      return new Limits(interval, seconds, aim);
    }
  }

  /** A loss after so many steps, which took so many seconds. */
  record Measurement(int steps, double seconds, double loss) {}

  private final double learningRate;
  private final Limits limits;
  private final List<Double> durations = new ArrayList<>();
  private final List<Measurement> measurements = new ArrayList<>();
  private double seconds;
  private boolean diverged;

  /**
   * A course without steps.
   *
   * @param start the loss before the first
   */
  LossCourse(double learningRate, Limits limits, double start) {
    this.learningRate = learningRate;
    this.limits = limits;
    measure(start);
  }

  double learningRate() {
    return learningRate;
  }

  /** Adds a step. */
  void step(double duration) {
    durations.add(duration);
    seconds += duration;
  }

  /** Whether the loss is to be measured after the last step. */
  boolean isDue() {
    return seconds - last().seconds >= limits.interval || isSpent();
  }

  private boolean isSpent() {
    return seconds >= limits.budget;
  }

  /** Adds the loss after the last step. */
  void measure(double loss) {
    measurements.add(new Measurement(durations.size(), seconds, loss));
    diverged |= !(loss <= DIVERGED * measurements.get(0).loss);
  }

  /** Notes that there is no going on: a number is not finite. */
  void diverge() {
    diverged = true;
  }

  /** Whether no more steps are to be taken. */
  boolean isOver() {
    return diverged || isSpent() || last().loss <= limits.aim;
  }

  private Measurement last() {
    return measurements.get(measurements.size() - 1);
  }

  /** The first measurement of at most so much, if there is one. */
  Optional<Measurement> to(double target) {
    return measurements.stream().filter(one -> one.loss <= target).findFirst();
  }

  private boolean arrived() {
    return to(limits.aim).isPresent();
  }

  /** Whether it comes to the aim in fewer steps, or lower where neither does. */
  boolean beats(LossCourse other) {
    if (arrived() && other.arrived()) {
      return last().steps < other.last().steps;
    }
    return arrived() || (!other.arrived() && lowest() < other.lowest());
  }

  /** The lowest loss; none is low in a training that diverged. */
  private double lowest() {
    return diverged
        ? Double.POSITIVE_INFINITY
        : measurements.stream().mapToDouble(Measurement::loss).min().orElseThrow();
  }

  /** Median of the steps, if there are any. */
  OptionalDouble millisecondsAStep() {
    List<Double> ordered = durations.stream().sorted().toList();
    return ordered.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(1e3 * ordered.get(ordered.size() / 2));
  }

  /** How it ended, in words. */
  String ending() {
    return "%d steps, %.2f s, loss %.4g%s"
        .formatted(durations.size(), seconds, last().loss, diverged ? ", diverged" : "");
  }

  /** Some of the losses after steps as they are to be shown, by steps or seconds. */
  Map<Double, Double> points(ToDoubleFunction<Measurement> x, DoubleUnaryOperator shown) {
    Map<Double, Double> points = new TreeMap<>();
    some().stream()
        .filter(one -> one.steps > 0)
        .forEach(one -> points.put(x.applyAsDouble(one), shown.applyAsDouble(one.loss)));
    return points;
  }

  /** The first finite loss, the last, and others evenly on a logarithmic axis of seconds. */
  private List<Measurement> some() {
    List<Measurement> some = new ArrayList<>();
    double next = 0;
    for (Measurement one : measurements) {
      if (Double.isFinite(one.loss) && (one.seconds >= next || one.equals(last()))) {
        some.add(one);
        next = SPACING * one.seconds;
      }
    }
    return some;
  }

  void addTo(JsonObject line, List<Double> targets) {
    line.addProperty("learning_rate", learningRate);
    line.addProperty("steps", durations.size());
    line.addProperty("seconds", seconds);
    line.addProperty("diverged", diverged);
    millisecondsAStep().ifPresent(median -> line.addProperty("milliseconds_a_step", median));
    for (double target : targets) {
      to(target)
          .ifPresent(
              there -> {
                line.addProperty("steps_to_" + target, there.steps);
                line.addProperty("seconds_to_" + target, there.seconds);
              });
    }
    JsonArray course = new JsonArray();
    for (Measurement one : some()) {
      JsonArray point = new JsonArray();
      point.add(one.steps);
      point.add(one.seconds);
      point.add(one.loss);
      course.add(point);
    }
    line.add("steps_seconds_loss", course);
  }
}
