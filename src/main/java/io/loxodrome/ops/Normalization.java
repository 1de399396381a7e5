package io.loxodrome.ops;

import java.util.List;

/**
 * The mean and deviation per channel that images are shifted and scaled by before a network sees
 * them: a pixel byte v of channel c becomes (v / 255 - mean_c) / deviation_c.
 *
 * @param mean one per channel, finite
 * @param deviation one per channel, finite and above 0
 */
public record Normalization(List<Double> mean, List<Double> deviation) {
  /**
   * Copies both lists.
   *
   * @throws IllegalArgumentException if the lists differ in length or are empty, or a number is out
   *     of its range
   */
  public Normalization {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    if (mean.isEmpty() || mean.size() != deviation.size()) {
      throw new IllegalArgumentException(
          "normalization has %d means and %d deviations, expected one of each per channel"
              .formatted(mean.size(), deviation.size()));
    }
    for (int channel = 0; channel < mean.size(); channel++) {
      check(channel, mean.get(channel), deviation.get(channel));
    }
  }

  private static void check(int channel, double mean, double deviation) {
    if (!Double.isFinite(mean)) {
      throw new IllegalArgumentException(
          "mean of channel " + channel + " is " + mean + ", expected a finite number");
    }
    if (!(deviation > 0 && Double.isFinite(deviation))) {
      throw new IllegalArgumentException(
          "deviation of channel "
              + channel
              + " is "
              + deviation
              + ", expected a finite number above 0");
    }
  }

  /** Number of channels. */
  public int channels() {
    return mean.size();
  }
}
