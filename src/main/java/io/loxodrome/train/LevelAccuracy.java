package io.loxodrome.train;

import java.util.List;

/**
 * How many images shown at one level a network classified rightly.
 *
 * @param place the angle in turns, an angle and a phase, the share of noise, or s; NaN where each
 *     image has its own s
 * @param trained whether training knows the level
 * @param shown how many images were
 * @param correct how many of them were classified rightly
 */
public record LevelAccuracy(List<Double> place, boolean trained, int shown, int correct) {
  public LevelAccuracy {
    place = List.copyOf(place);
  }

  /** The share of right answers; NaN where nothing was shown. */
  public double accuracy() {
    return shown == 0 ? Double.NaN : correct / (double) shown;
  }
}
