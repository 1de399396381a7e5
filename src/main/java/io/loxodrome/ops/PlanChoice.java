package io.loxodrome.ops;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Who decides by which {@link MixPlan} a device applies a layer. */
public sealed interface PlanChoice {
  /** The device decides. */
  enum Rule implements PlanChoice {
    /** By a model of what each plan costs: the same choice in every run. */
    PREDICTED,
    /** By timing all plans once for each shape: the choice, and so the bits, may differ by run. */
    MEASURED
  }

  /** The caller decides, for all layers. */
  record Forced(MixPlan plan) implements PlanChoice {}

  /** What {@link #parse} takes, for messages. */
  String OPTIONS =
      Arrays.stream(MixPlan.values()).map(MixPlan::option).collect(Collectors.joining(", "))
          + " or autotune";

  /** The choice that an option of a device's name stands for: a plan, or {@code autotune}. */
  static Optional<PlanChoice> parse(String option) {
    if (option.equals("autotune")) {
      return Optional.of(Rule.MEASURED);
    }
    return Arrays.stream(MixPlan.values())
        .filter(plan -> plan.option().equals(option))
        .<PlanChoice>map(Forced::new)
        .findFirst();
  }
}
