package io.loxodrome.experiment;

import java.util.List;
import java.util.Locale;

/**
 * The mean of some numbers and how far they lie from it.
 *
 * @param count how many
 * @param mean NaN if there are none
 * @param deviation the sample standard deviation, sqrt(sum (x - mean)^2 / (count - 1)); NaN for
 *     fewer than two
 */
public record Spread(int count, double mean, double deviation) {
  /** The spread of finite numbers. */
  public static Spread of(List<Double> values) {
    int count = values.size();
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    double mean = sum / count;
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return new Spread(count, mean, count < 2 ? Double.NaN : Math.sqrt(squares / (count - 1)));
  }

  /** For example {@code 0.8123 ± 0.0042}, without the deviation where there is none. */
  public String text() {
    if (count == 0) {
      return "-";
    }
    return count < 2
        ? String.format(Locale.ROOT, "%.4f", mean)
        : String.format(Locale.ROOT, "%.4f ± %.4f", mean, deviation);
  }
}
