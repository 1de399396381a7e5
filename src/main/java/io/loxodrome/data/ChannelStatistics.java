package io.loxodrome.data;

import io.loxodrome.ops.Normalization;
import java.util.ArrayList;
import java.util.List;

/** Takes the numbers that a set of images is normalised by from the set itself. */
public final class ChannelStatistics {
  private static final int LEVELS = 256;
  private static final double BRIGHTEST = 255;

  private ChannelStatistics() {}

  /**
   * The exact mean and population standard deviation of each channel of a set. A channel of a
   * single grey level has deviation 0, which nothing can be divided by: it gets 1, so that it is
   * centred only.
   */
  public static Normalization of(ImageSet images) {
    List<Double> means = new ArrayList<>();
    List<Double> deviations = new ArrayList<>();
    for (long[] histogram : histograms(images)) {
      double count = (double) images.count() * images.height() * images.width();
      double mean = 0;
      for (int level = 0; level < LEVELS; level++) {
        mean += histogram[level] / count * (level / BRIGHTEST);
      }
      double variance = 0;
      for (int level = 0; level < LEVELS; level++) {
        double difference = level / BRIGHTEST - mean;
        variance += histogram[level] / count * difference * difference;
      }
      means.add(mean);
      deviations.add(isConstant(histogram) ? 1 : Math.sqrt(variance));
    }
    return new Normalization(means, deviations);
  }

  /** How often each byte value occurs in each channel. */
  private static long[][] histograms(ImageSet images) {
    long[][] histograms = new long[images.channels()][LEVELS];
    byte[] pixels = images.pixels();
    int plane = images.height() * images.width();
    int from = 0;
    for (int image = 0; image < images.count(); image++) {
      for (long[] histogram : histograms) {
        for (int i = 0; i < plane; i++) {
          histogram[pixels[from + i] & 0xFF]++;
        }
        from += plane;
      }
    }
    return histograms;
  }

  private static boolean isConstant(long[] histogram) {
    int levels = 0;
    for (long occurrences : histogram) {
      levels += occurrences > 0 ? 1 : 0;
    }
    return levels == 1;
  }
}
