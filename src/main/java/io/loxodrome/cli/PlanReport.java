package io.loxodrome.cli;

import io.loxodrome.nn.LayerCosts;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.PlanCost;
import io.loxodrome.train.RunSettings;
import java.util.Locale;

/** By which plan each layer is applied and what each plan costs, for people. */
final class PlanReport {
  private PlanReport() {}

  /** What the tables below it are about. */
  static String heading(RunSettings settings, Device device) {
    return "%s on %s, device %s: milliseconds a batch, forward and backward%n"
        .formatted(settings.manifold().spec(), settings.dataset(), device.name());
  }

  /** A line about a layer, one about its batch, and a table of its plans. */
  static String of(LayerCosts costs) {
    StringBuilder text = new StringBuilder();
    text.append("%n%s: %s%n".formatted(costs.name(), costs.description()));
    text.append(
        "  n = %d, B = %d, distinct rows %d; %s%n"
            .formatted(
                costs.basisSize(),
                costs.batch(),
                costs.distinctRows(),
                costs
                    .taken()
                    .map(plan -> "plan " + plan.option())
                    .orElse("this device has one way only")));
    if (!costs.plans().isEmpty()) {
      text.append("  %-9s %10s %10s%n".formatted("plan", "predicted", "measured"));
      costs.plans().forEach(cost -> text.append(row(cost)));
    }
    return text.toString();
  }

  private static String row(PlanCost cost) {
    return String.format(
        Locale.ROOT,
        "  %-9s %10.3f %10.3f%s%n",
        cost.plan().option(),
        cost.predictedMilliseconds(),
        cost.measuredMilliseconds(),
        cost.chosen() ? "  taken" : "");
  }
}
