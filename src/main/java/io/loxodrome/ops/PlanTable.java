package io.loxodrome.ops;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * By which plan a family of layers is applied: decided once for each kind of work, then kept.
 *
 * @param <L> the layers
 */
public final class PlanTable<L> {
  private final PlanChoice choice;
  private final CostModel<L> model;
  private final Map<MixWork<L>, MixPlan> decided = new ConcurrentHashMap<>();

  /** What a plan costs by calculation. */
  @FunctionalInterface
  public interface CostModel<L> {
    /** Forward and backward; infinite where the device does not have the plan. */
    double milliseconds(MixWork<L> work, MixPlan plan);
  }

  /** A table in which nothing is decided yet. */
  public PlanTable(PlanChoice choice, CostModel<L> model) {
    this.choice = choice;
    this.model = model;
  }

  /**
   * The plan for a work.
   *
   * @param measured milliseconds by a plan, asked only if this work is the first of its kind and
   *     the choice is by measurement
   */
  public MixPlan plan(MixWork<L> work, ToDoubleFunction<MixPlan> measured) {
    if (choice instanceof PlanChoice.Forced forced) {
      return forced.plan();
    }
    return decided.computeIfAbsent(work, key -> cheapest(key, measured));
  }

  private MixPlan cheapest(MixWork<L> work, ToDoubleFunction<MixPlan> measured) {
    ToDoubleFunction<MixPlan> cost =
        choice == PlanChoice.Rule.MEASURED ? measured : plan -> model.milliseconds(work, plan);
    return available(work).min(Comparator.comparingDouble(cost)).orElseThrow();
  }

  private Stream<MixPlan> available(MixWork<L> work) {
    return Arrays.stream(MixPlan.values())
        .filter(plan -> Double.isFinite(model.milliseconds(work, plan)));
  }

  /**
   * What the work costs by each plan the device has.
   *
   * @param measured milliseconds by a plan, asked once for each
   */
  public List<PlanCost> costs(MixWork<L> work, ToDoubleFunction<MixPlan> measured) {
    Map<MixPlan, Double> times = new EnumMap<>(MixPlan.class);
    available(work).forEach(plan -> times.put(plan, measured.applyAsDouble(plan)));
    MixPlan chosen = plan(work, plan -> times.getOrDefault(plan, Double.NaN));
    return times.entrySet().stream()
        .map(
            time ->
                new PlanCost(
                    time.getKey(),
                    time.getKey() == chosen,
                    model.milliseconds(work, time.getKey()),
                    time.getValue()))
        .toList();
  }
}
