package io.loxodrome.ops;

/**
 * What a layer costs by one plan, forward and backward together.
 *
 * @param chosen whether the device goes by this plan
 * @param predictedMilliseconds by the device's cost model
 * @param measuredMilliseconds as the device is now, the median of a few runs
 */
public record PlanCost(
    MixPlan plan, boolean chosen, double predictedMilliseconds, double measuredMilliseconds) {}
