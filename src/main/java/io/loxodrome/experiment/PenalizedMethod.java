package io.loxodrome.experiment;

import io.loxodrome.nn.ConditioningMethod;
import io.loxodrome.train.OptimizerChoice;
import java.math.BigDecimal;
import java.util.OptionalDouble;

/**
 * A conditioning method, and the penalty that grows with s (Eq. 14) if it has one of its own.
 *
 * @param method how the network depends on s
 * @param l2 lambda, at least 0; empty: whatever all methods have
 */
public record PenalizedMethod(ConditioningMethod method, OptionalDouble l2) {
  private static final String SUFFIX = "+l2:";

  /**
   * Makes one from its text: a method, and behind it {@code +l2:LAMBDA} for a penalty of its own.
   *
   * @throws IllegalArgumentException if the method is unknown or lambda no number
   */
  public static PenalizedMethod parse(String spec) {
    int end = spec.indexOf(SUFFIX);
    if (end < 0) {
      return new PenalizedMethod(ConditioningMethod.parse(spec), OptionalDouble.empty());
    }
    String lambda = spec.substring(end + SUFFIX.length()).strip();
    ConditioningMethod method = ConditioningMethod.parse(spec.substring(0, end));
    try {
      return new PenalizedMethod(method, OptionalDouble.of(Double.parseDouble(lambda)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "lambda of '%s' is no number, expected METHOD+l2:LAMBDA as in line+l2:0.001"
              .formatted(spec),
          e);
    }
  }

  /** The text that it is made from: {@code line} or {@code line+l2:0.001}. */
  public String spec() {
    return l2.isEmpty() ? method.spec() : method.spec() + SUFFIX + plain(l2.getAsDouble());
  }

  private static String plain(double lambda) {
    return Double.isFinite(lambda)
        ? BigDecimal.valueOf(lambda).stripTrailingZeros().toPlainString()
        : Double.toString(lambda);
  }

  /**
   * The point with this method and this penalty.
   *
   * @throws IllegalArgumentException if lambda is out of its range
   */
  RunPoint at(RunPoint base) {
    OptimizerChoice optimizer =
        l2.isEmpty() ? base.optimizer() : base.optimizer().withL2(l2.getAsDouble());
    return base.with(method).with(optimizer);
  }
}
