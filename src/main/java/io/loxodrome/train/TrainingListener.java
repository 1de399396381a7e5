package io.loxodrome.train;

import java.io.IOException;

/** Hears how training goes, and may end it between two steps. */
public interface TrainingListener {
  /**
   * A step was taken.
   *
   * @param images in its batch
   * @param loss mean over the batch, before the step
   */
  void afterStep(int images, double loss);

  /**
   * An epoch is over.
   *
   * @param epoch from 1
   * @param loss mean over the epoch's steps
   */
  void afterEpoch(int epoch, double loss) throws IOException;

  /** Asked before each step: whether to take no more. */
  boolean stopRequested();
}
