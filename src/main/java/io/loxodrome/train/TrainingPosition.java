package io.loxodrome.train;

/**
 * How far a run is.
 *
 * @param steps taken since its start, at least 0
 * @param lossSum of the batch means of the epoch at hand
 * @param epochLoss mean of the last epoch that is over; NaN before that
 */
public record TrainingPosition(long steps, double lossSum, double epochLoss) {
  /**
   * Checks the number of steps.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public TrainingPosition {
    if (steps < 0) {
      throw new IllegalArgumentException("steps is " + steps + ", must be at least 0");
    }
  }

  /** Before the first step. */
  public static final TrainingPosition START = new TrainingPosition(0, 0, Double.NaN);
}
