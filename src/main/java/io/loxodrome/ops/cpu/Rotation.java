package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Normalization;
import io.loxodrome.tensor.Shape;

/**
 * Turns, scales and normalises images of one shape.
 *
 * <p>Positions are computed in double, so that a quarter turn falls on pixels; what is read of an
 * image is normalised byte by byte through a table.
 */
final class Rotation {
  private static final int BYTE_VALUES = 256;

  private final int channels;
  private final int height;
  private final int width;
  private final float[][] normalized;

  /**
   * For images of {@code shape} N x C x H x W.
   *
   * @param normalization one mean and deviation per channel
   */
  Rotation(Shape shape, Normalization normalization) {
    channels = shape.dimension(1);
    height = shape.dimension(2);
    width = shape.dimension(3);
    normalized = new float[channels][BYTE_VALUES];
    for (int c = 0; c < channels; c++) {
      double mean = normalization.mean().get(c);
      double deviation = normalization.deviation().get(c);
      for (int value = 0; value < BYTE_VALUES; value++) {
        normalized[c][value] = (float) ((value / 255.0 - mean) / deviation);
      }
    }
  }

  /**
   * Turns {@code pixels} counterclockwise by the fraction {@code turn} of a full turn, and shows
   * them 1 / shrink as large.
   */
  void apply(byte[] pixels, double turn, double shrink, float[] rotated) {
    double cos = shrink * Math.cos(2 * Math.PI * turn);
    double sin = shrink * Math.sin(2 * Math.PI * turn);
    double middleRow = (height - 1) / 2.0;
    double middleColumn = (width - 1) / 2.0;
    int target = 0;
    for (int row = 0; row < height; row++) {
      double down = row - middleRow;
      for (int column = 0; column < width; column++) {
        double across = column - middleColumn;
        double fromRow = middleRow + sin * across + cos * down;
        double fromColumn = middleColumn + cos * across - sin * down;
        sample(pixels, fromRow, fromColumn, rotated, target++);
      }
    }
  }

  /** Bilinear over the four neighbours in every channel; those outside the image count 0. */
  private void sample(byte[] pixels, double row, double column, float[] rotated, int target) {
    int top = (int) Math.floor(row);
    int left = (int) Math.floor(column);
    float lower = (float) (row - top);
    float right = (float) (column - left);
    float upperLeft = inside(top, left) ? (1 - lower) * (1 - right) : 0;
    float upperRight = inside(top, left + 1) ? (1 - lower) * right : 0;
    float lowerLeft = inside(top + 1, left) ? lower * (1 - right) : 0;
    float lowerRight = inside(top + 1, left + 1) ? lower * right : 0;
    for (int c = 0; c < channels; c++) {
      int corner = (c * height + top) * width + left;
      float sum = 0;
      sum += upperLeft == 0 ? 0 : upperLeft * value(c, pixels, corner);
      sum += upperRight == 0 ? 0 : upperRight * value(c, pixels, corner + 1);
      sum += lowerLeft == 0 ? 0 : lowerLeft * value(c, pixels, corner + width);
      sum += lowerRight == 0 ? 0 : lowerRight * value(c, pixels, corner + width + 1);
      rotated[c * height * width + target] = sum;
    }
  }

  private boolean inside(int row, int column) {
    return row >= 0 && row < height && column >= 0 && column < width;
  }

  private float value(int channel, byte[] pixels, int at) {
    return normalized[channel][pixels[at] & 0xFF];
  }
}
