package io.loxodrome.ops.reference;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/**
 * Numbers in images x channels x height x width, zero all round each image.
 *
 * <p>Reading outside an image gives 0 and adding there does nothing, which is what padding means.
 */
final class Images {
  private final double[] values;
  private final int channels;
  private final int height;
  private final int width;

  private Images(double[] values, Shape shape) {
    this.values = values;
    this.channels = shape.dimension(1);
    this.height = shape.dimension(2);
    this.width = shape.dimension(3);
  }

  static Images copyOf(Tensor tensor) {
    return new Images(tensor.toDoubles(), tensor.shape());
  }

  static Images zeros(Shape shape) {
    return new Images(new double[(int) shape.size()], shape);
  }

  /** The numbers themselves, not a copy. */
  double[] values() {
    return values;
  }

  double at(int image, int channel, int row, int column) {
    return isInside(row, column) ? values[index(image, channel, row, column)] : 0;
  }

  void set(int image, int channel, int row, int column, double value) {
    values[index(image, channel, row, column)] = value;
  }

  void add(int image, int channel, int row, int column, double value) {
    if (isInside(row, column)) {
      values[index(image, channel, row, column)] += value;
    }
  }

  private boolean isInside(int row, int column) {
    return row >= 0 && row < height && column >= 0 && column < width;
  }

  private int index(int image, int channel, int row, int column) {
    return ((image * channels + channel) * height + row) * width + column;
  }

  void storeIn(Tensor tensor) {
    tensor.write(values);
  }
}
