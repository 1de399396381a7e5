package io.loxodrome.experiment;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the run of one seed came to.
 *
 * @param seed of the initial weights
 * @param measures finite numbers by name, such as {@code accuracy}, in the order in which they are
 *     shown
 * @param curves rows of numbers by name, such as {@code accuracy_by_angle}; NaN where nothing was
 *     measured
 * @param seconds that it took; for seeds trained together, the share of each
 * @param imagesPerSecond of training, all seeds trained together counted
 */
public record SeedResult(
    long seed,
    Map<String, Double> measures,
    Map<String, List<Double>> curves,
    double seconds,
    double imagesPerSecond) {
  /**
   * Copies the maps.
   *
   * @throws IllegalArgumentException if a measure, the seconds or the speed is infinite or NaN
   */
  public SeedResult {
    measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
    Map<String, List<Double>> copies = new LinkedHashMap<>();
    curves.forEach((name, curve) -> copies.put(name, List.copyOf(curve)));
    curves = Collections.unmodifiableMap(copies);
    measures.forEach(SeedResult::requireFinite);
    requireFinite("seconds", seconds);
    requireFinite("images_per_second", imagesPerSecond);
  }

  private static void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " is " + value + ", expected a finite number");
    }
  }
}
