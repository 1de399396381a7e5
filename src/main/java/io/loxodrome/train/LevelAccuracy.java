package io.loxodrome.train;

/**
 * How many images shown at one level a network classified rightly.
 *
 * @param value the angle in turns, the share of noise, or s; NaN where each image has its own s
 * @param trained whether training knows the level
 * @param shown how many images were
 * @param correct how many of them were classified rightly
 */
public record LevelAccuracy(double value, boolean trained, int shown, int correct) {
  /** The share of right answers; NaN where nothing was shown. */
  public double accuracy() {
    return shown == 0 ? Double.NaN : correct / (double) shown;
  }
}
