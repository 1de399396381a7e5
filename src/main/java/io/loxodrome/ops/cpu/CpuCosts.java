package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.MixWork;

/** What a layer costs on this device by each plan, as far as arithmetic and traffic tell. */
final class CpuCosts {
  private CpuCosts() {}

  static double convolution(MixWork<Convolution> work, MixPlan plan) {
    return switch (plan) {
      case SHARED -> 0.8 * work.distinct() / work.batch() + 0.3;
      case WEIGHTS -> 1;
      default -> Double.POSITIVE_INFINITY;
    };
  }

  static double linear(MixWork<Linear> work, MixPlan plan) {
    return plan == MixPlan.OUTPUTS ? 1 : Double.POSITIVE_INFINITY;
  }
}
