package io.loxodrome.ops.reference;

import io.loxodrome.ops.ImageOperators;
import io.loxodrome.ops.NoiseSource;
import io.loxodrome.ops.Normalization;
import io.loxodrome.ops.Values;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** Image operators as they are written down: for each pixel of the result, where it comes from. */
final class ReferenceImage implements ImageOperators {
  @Override
  public void rotate(
      Tensor images,
      Tensor indices,
      Tensor turns,
      Tensor shrinks,
      Normalization normalization,
      Tensor output) {
    int[] index = indices.toInts();
    Values.requireBelow("indices", index, images.shape().dimension(0));
    double[] s = turns.toDoubles();
    Values.requireFinite("turns", s);
    double[] r = shrinks.toDoubles();
    Values.requireWithin("shrinks", r, LEAST_SHRINK, MOST_SHRINK);
    Images source = normalized(images, normalization);
    Images x = Images.zeros(output.shape());
    for (int i = 0; i < index.length; i++) {
      rotate(source, index[i], 2 * Math.PI * s[i], r[i], x, i, output.shape());
    }
    x.storeIn(output);
  }

  /** (image / 255 - mean) / deviation. */
  private static Images normalized(Tensor images, Normalization normalization) {
    Shape shape = images.shape();
    byte[] pixels = images.toBytes();
    Images result = Images.zeros(shape);
    int pixel = 0;
    for (int i = 0; i < shape.dimension(0); i++) {
      for (int c = 0; c < shape.dimension(1); c++) {
        double mean = normalization.mean().get(c);
        double deviation = normalization.deviation().get(c);
        for (int row = 0; row < shape.dimension(2); row++) {
          for (int column = 0; column < shape.dimension(3); column++) {
            double value = Byte.toUnsignedInt(pixels[pixel++]) / 255.0;
            result.set(i, c, row, column, (value - mean) / deviation);
          }
        }
      }
    }
    return result;
  }

  /**
   * A pixel (across, down) from the centre shows what was there before the turn by {@code angle}:
   * shrink (cos across - sin down, sin across + cos down), rows running downwards.
   */
  private static void rotate(
      Images source, int image, double angle, double shrink, Images x, int i, Shape shape) {
    double cos = shrink * Math.cos(angle);
    double sin = shrink * Math.sin(angle);
    double middleRow = (shape.dimension(2) - 1) / 2.0;
    double middleColumn = (shape.dimension(3) - 1) / 2.0;
    for (int c = 0; c < shape.dimension(1); c++) {
      for (int row = 0; row < shape.dimension(2); row++) {
        for (int column = 0; column < shape.dimension(3); column++) {
          double down = row - middleRow;
          double across = column - middleColumn;
          double fromRow = middleRow + sin * across + cos * down;
          double fromColumn = middleColumn + cos * across - sin * down;
          x.set(i, c, row, column, bilinear(source, image, c, fromRow, fromColumn));
        }
      }
    }
  }

  /** The mean of the four neighbours, weighted by nearness; those outside the image count 0. */
  private static double bilinear(Images source, int image, int c, double row, double column) {
    int top = (int) Math.floor(row);
    int left = (int) Math.floor(column);
    double lower = row - top;
    double right = column - left;
    return (1 - lower) * (1 - right) * source.at(image, c, top, left)
        + (1 - lower) * right * source.at(image, c, top, left + 1)
        + lower * (1 - right) * source.at(image, c, top + 1, left)
        + lower * right * source.at(image, c, top + 1, left + 1);
  }

  @Override
  public void addNoise(Tensor x, Tensor amounts, NoiseSource noise) {
    double[] t = amounts.toDoubles();
    Values.requireWithin("amounts", t, 0, 1);
    Table noisy = Table.copyOf(x);
    float[] eta = new float[noisy.columns()];
    for (int i = 0; i < noisy.rows(); i++) {
      noise.normals(i, eta);
      for (int e = 0; e < noisy.columns(); e++) {
        noisy.set(i, e, (1 - t[i]) * noisy.at(i, e) + t[i] * eta[e]);
      }
    }
    noisy.storeIn(x);
  }
}
