package io.loxodrome.ops;

/** Checks and arithmetic that the layers' records share. */
final class Geometry {
  private Geometry() {}

  static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
    }
  }

  /** Window positions along an axis: floor((extent + 2 padding - window) / stride) + 1. */
  static int positions(int extent, int window, int stride, int padding) {
    int positions = Math.floorDiv(extent + 2 * padding - window, stride) + 1;
    if (positions < 1) {
      throw new IllegalArgumentException(
          "a window of "
              + window
              + " does not fit an extent of "
              + extent
              + " padded by "
              + padding);
    }
    return positions;
  }
}
