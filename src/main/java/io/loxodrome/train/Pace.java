package io.loxodrome.train;

import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Counts a run's images and epochs and says how fast it goes; speed is that of the epoch at hand.
 */
final class Pace {
  private static final double NANOS_PER_SECOND = 1e9;

  private final int epochs;
  private final long imagesPerEpoch;
  private final LongSupplier nanoTime;

  private int epoch;
  private long images;
  private long start;

  Pace(int firstEpoch, int epochs, long imagesPerEpoch, LongSupplier nanoTime) {
    if (firstEpoch < 1 || firstEpoch > epochs) {
      throw new IllegalArgumentException(
          "first epoch is " + firstEpoch + ", expected it in [1, " + epochs + "]");
    }
    if (imagesPerEpoch < 1) {
      throw new IllegalArgumentException(imagesPerEpoch + " images an epoch, expected at least 1");
    }
    this.epoch = firstEpoch;
    this.epochs = epochs;
    this.imagesPerEpoch = imagesPerEpoch;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
  }

  void step(int batch) {
    images += batch;
  }

  void nextEpoch() {
    epoch++;
    images = 0;
    start = nanoTime.getAsLong();
  }

  /** Share of the whole run that is done, in [0, 1]. */
  double done() {
    return ((epoch - 1) * (double) imagesPerEpoch + images) / (epochs * (double) imagesPerEpoch);
  }

  /** For example {@code epoch 2/3}. */
  String epoch() {
    return "epoch " + epoch + "/" + epochs;
  }

  /**
   * For example {@code 4101 images/s}, or a question mark for the number before the first batch.
   */
  String speed() {
    return images == 0
        ? "? images/s"
        : String.format(Locale.ROOT, "%.0f images/s", imagesPerSecond());
  }

  /** Duration of the epoch so far, as {@link #clock} has it. */
  String elapsed() {
    return clock(seconds());
  }

  /** Time to the end of the run at this speed, as {@link #clock} has it, or a question mark. */
  String left() {
    long imagesLeft = (epochs - epoch + 1) * imagesPerEpoch - images;
    return images == 0 ? "?" : clock(imagesLeft / imagesPerSecond());
  }

  private double imagesPerSecond() {
    return images / seconds();
  }

  /** At least one tick, so that a coarse clock gives no infinite speed. */
  private double seconds() {
    return Math.max(1, nanoTime.getAsLong() - start) / NANOS_PER_SECOND;
  }

  /** For example {@code 0:07}, {@code 12:34} or {@code 1:02:03}. */
  static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }
}
