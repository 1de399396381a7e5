package io.loxodrome.train;

import java.util.Collections;
import java.util.List;

/**
 * How far a run is.
 *
 * @param steps taken since its start, at least 0
 * @param lossSums for each network, of the batch means of the epoch at hand
 * @param epochLosses for each network, mean of the last epoch that is over; NaN before that
 */
public record TrainingPosition(long steps, List<Double> lossSums, List<Double> epochLosses) {
  /** Before the first step of one network. */
  public static final TrainingPosition START = start(1);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if steps is negative, or there are not as many sums as losses
   */
  public TrainingPosition {
    if (steps < 0) {
      throw new IllegalArgumentException("steps is " + steps + ", must be at least 0");
    }
    if (lossSums.size() != epochLosses.size()) {
      throw new IllegalArgumentException(
          "%d sums of losses for %d networks".formatted(lossSums.size(), epochLosses.size()));
    }
    lossSums = List.copyOf(lossSums);
    epochLosses = List.copyOf(epochLosses);
  }

  /** Where one network is. */
  public TrainingPosition(long steps, double lossSum, double epochLoss) {
    this(steps, List.of(lossSum), List.of(epochLoss));
  }

  /** Before the first step of some networks. */
  static TrainingPosition start(int replicas) {
    return new TrainingPosition(
        0, Collections.nCopies(replicas, 0.0), Collections.nCopies(replicas, Double.NaN));
  }

  /** The sum of the batch means of the epoch at hand, mean over the networks. */
  public double lossSum() {
    return mean(lossSums);
  }

  /** The mean loss of the last epoch that is over, mean over the networks; NaN before that. */
  public double epochLoss() {
    return mean(epochLosses);
  }

  private static double mean(List<Double> values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.size();
  }
}
