package io.loxodrome.train;

import io.loxodrome.data.ImageSet;
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
    ImageBatch batch = allocate(indices.length);
    choose(batch, indices, turns);
    turn(batch);
    return batch;
  }

  /** Room for a batch of so many images, with undefined contents. */
  ImageBatch allocate(int size) {
    return new ImageBatch(
        device.allocate(ElementType.INT32, Shape.of(size)),
        device.allocate(ElementType.INT32, Shape.of(size)),
        device.allocate(Shape.of(size, 1)),
        device.allocate(imageShape().under(size)));
  }

  /** Writes down which images a batch is to hold, and how far each is turned. */
  void choose(ImageBatch batch, int[] indices, double[] turns) {
    int[] chosen = new int[indices.length];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = labels[indices[i]];
    }
    batch.indices().write(indices);
    batch.labels().write(chosen);
    batch.values().write(turns);
  }

  /** Computes the images of a batch that were chosen. */
  void turn(ImageBatch batch) {
    device
        .operators()
        .image()
        .rotate(
            stored,
            batch.indices(),
            batch.values().reshape(Shape.of(batch.size())),
            normalization,
            batch.images());
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
