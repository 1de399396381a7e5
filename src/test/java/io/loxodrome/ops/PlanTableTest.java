package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class PlanTableTest {
  private static final MixWork<String> WORK = new MixWork<>("layer", 8, 3, 4, 3);

  /** INPUTS is cheapest, and there is no SPANS. */
  private static double predicted(MixWork<String> work, MixPlan plan) {
    return switch (plan) {
      case OUTPUTS -> 4 * work.batch();
      case INPUTS -> 2 * work.batch();
      case WEIGHTS -> 3 * work.batch();
      case SPANS -> Double.POSITIVE_INFINITY;
      case SHARED -> 5 * work.batch();
    };
  }

  private static PlanTable<String> table(PlanChoice choice) {
    return new PlanTable<>(choice, PlanTableTest::predicted);
  }

  private static double unasked(MixPlan plan) {
    throw new AssertionError(plan + " was measured");
  }

  /** SPANS would be cheapest, then WEIGHTS. */
  private static ToDoubleFunction<MixPlan> measured() {
    Map<MixPlan, Double> times = new EnumMap<>(MixPlan.class);
    times.put(MixPlan.OUTPUTS, 9.0);
    times.put(MixPlan.INPUTS, 8.0);
    times.put(MixPlan.WEIGHTS, 2.0);
    times.put(MixPlan.SPANS, 1.0);
    times.put(MixPlan.SHARED, 3.0);
    return plan -> times.getOrDefault(plan, Double.NaN);
  }

  @Test
  void aForcedPlanIsTakenUnasked() {
    PlanTable<String> table = table(new PlanChoice.Forced(MixPlan.SHARED));
    assertThat(table.plan(WORK, PlanTableTest::unasked)).isEqualTo(MixPlan.SHARED);
  }

  @Test
  void thePredictedPlanIsTheCheapestByTheModelWithoutMeasuring() {
    PlanTable<String> table = table(PlanChoice.Rule.PREDICTED);
    assertThat(table.plan(WORK, PlanTableTest::unasked)).isEqualTo(MixPlan.INPUTS);
  }

  @Test
  void theMeasuredPlanIsTheFastestThatTheDeviceHas() {
    PlanTable<String> table = table(PlanChoice.Rule.MEASURED);
    assertThat(table.plan(WORK, measured())).isEqualTo(MixPlan.WEIGHTS);
  }

  @Test
  void eachKindOfWorkIsMeasuredOnce() {
    PlanTable<String> table = table(PlanChoice.Rule.MEASURED);
    AtomicInteger measurements = new AtomicInteger();
    ToDoubleFunction<MixPlan> counting =
        plan -> {
          measurements.incrementAndGet();
          return measured().applyAsDouble(plan);
        };
    MixPlan first = table.plan(WORK, counting);
    int once = measurements.get();
    assertThat(table.plan(new MixWork<>("layer", 8, 3, 4, 3), counting)).isEqualTo(first);
    assertThat(measurements).hasValue(once);
    table.plan(new MixWork<>("layer", 16, 3, 4, 3), counting);
    assertThat(measurements).hasValueGreaterThan(once);
  }

  @Test
  void costsMeasureEachPlanOnceAndTheFastestOfThoseTimesIsChosen() {
    Map<MixPlan, Integer> asked = new EnumMap<>(MixPlan.class);
    ToDoubleFunction<MixPlan> slowing =
        plan -> measured().applyAsDouble(plan) + 100 * asked.merge(plan, 1, Integer::sum);
    List<PlanCost> costs = table(PlanChoice.Rule.MEASURED).costs(WORK, slowing);
    assertThat(asked).containsOnlyKeys(costs.stream().map(PlanCost::plan).toList());
    assertThat(asked.values()).containsOnly(1);
    assertThat(costs)
        .filteredOn(PlanCost::chosen)
        .containsExactly(new PlanCost(MixPlan.WEIGHTS, true, 24, 102));
  }

  @Test
  void costsListEveryPlanTheDeviceHasAndWhichIsChosen() {
    List<PlanCost> costs = table(PlanChoice.Rule.PREDICTED).costs(WORK, measured());
    assertThat(costs)
        .containsExactly(
            new PlanCost(MixPlan.OUTPUTS, false, 32, 9),
            new PlanCost(MixPlan.INPUTS, true, 16, 8),
            new PlanCost(MixPlan.WEIGHTS, false, 24, 2),
            new PlanCost(MixPlan.SHARED, false, 40, 3));
  }
}
