package io.loxodrome.train;

import io.loxodrome.data.ImageSet;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Normalization;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/**
 * A set of images, kept as bytes on a device, that are turned and normalised when they are asked
 * for; the turn s is the conditioning value.
 */
public final class RotatedImages implements AutoCloseable {
  private final Device device;
  private final Normalization normalization;
  private final int[] labels;
  private final Tensor stored;

  /** Copies the images to the device. */
  public RotatedImages(Device device, ImageSet images, Normalization normalization) {
    this.device = device;
    this.normalization = normalization;
    this.labels = images.labels();
    this.stored =
        device
            .allocate(
                ElementType.UINT8,
                Shape.of(images.count(), images.channels(), images.height(), images.width()))
            .write(images.pixels());
  }

  /** Number of images. */
  public int count() {
    return labels.length;
  }

  /**
   * Images to compute with.
   *
   * @param indices which ones, B
   * @param turns s, B: image i is turned by 2 pi s_i
   */
  public ImageBatch batch(int[] indices, double[] turns) {
    int batch = indices.length;
    int[] chosen = new int[batch];
    for (int i = 0; i < batch; i++) {
      chosen[i] = labels[indices[i]];
    }
    Tensor values = device.allocate(Shape.of(batch, 1)).write(turns);
    Tensor images = device.allocate(imageShape().under(batch));
    try (Tensor which = device.allocate(ElementType.INT32, Shape.of(batch)).write(indices)) {
      device
          .operators()
          .image()
          .rotate(stored, which, values.reshape(Shape.of(batch)), normalization, images);
    }
    return new ImageBatch(
        images,
        device.allocate(ElementType.INT32, Shape.of(batch)).write(chosen),
        values,
        new Conditioning(device, values));
  }

  /** C x H x W. */
  public Shape imageShape() {
    Shape shape = stored.shape();
    return Shape.of(shape.dimension(1), shape.dimension(2), shape.dimension(3));
  }

  @Override
  public void close() {
    stored.close();
  }
}
