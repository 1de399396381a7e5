package io.loxodrome.train;

import java.util.List;

/** How test images are shown: each several times, each time at one of some levels. */
interface Exhibition {
  /** How many levels there are. */
  int levels();

  /**
   * The angle, the angle and the phase, the share of noise or the s that a level stands for; NaN if
   * it is drawn for each image.
   */
  List<Double> place(int level);

  /** How often images are shown in all; showings of an image follow one another. */
  int size();

  /**
   * The level of a showing.
   *
   * @param number in [0, size)
   */
  int level(int number);

  /** The images of showings {@code first} to {@code first + count - 1}. */
  Showing showing(int first, int count);
}
