package io.loxodrome.data;

import io.loxodrome.ops.Normalization;

/**
 * What a network is trained and tested on.
 *
 * @param name the name it is found by, such as {@code fashion-mnist}
 * @param train the images trained on
 * @param test the images tested on, of the same shape and classes
 * @param normalization the constants both sets are normalised by, taken from the training set alone
 *     so that nothing of the test set is known in training
 */
public record Dataset(String name, ImageSet train, ImageSet test, Normalization normalization) {
  /**
   * Checks that the parts fit.
   *
   * @throws IllegalArgumentException if the sets differ in shape or classes, or the normalization
   *     in channels
   */
  public Dataset {
    if (!test.hasShapeOf(train)) {
      throw new IllegalArgumentException(
          test + " does not fit " + train + ", expected the same shape and classes");
    }
    if (normalization.channels() != train.channels()) {
      throw new IllegalArgumentException(
          "normalization has %d channels, expected %d as in %s"
              .formatted(normalization.channels(), train.channels(), train));
    }
  }

  /** A data set normalised by the mean and standard deviation of its training set. */
  public static Dataset of(String name, ImageSet train, ImageSet test) {
    return new Dataset(name, train, test, ChannelStatistics.of(train));
  }

  /**
   * The first {@code limit} images of each set, or all of a set that has no more than that,
   * normalised as before.
   *
   * @throws IllegalArgumentException if limit is below 1
   */
  public Dataset take(int limit) {
    return new Dataset(name, train.take(limit), test.take(limit), normalization);
  }
}
