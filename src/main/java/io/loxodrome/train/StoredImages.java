package io.loxodrome.train;

import io.loxodrome.data.ImageSet;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Normalization;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/**
 * A set of images, kept as bytes on a device, that are turned, scaled, normalised and mixed with
 * noise when they are asked for.
 */
public final class StoredImages implements AutoCloseable {
  private final Device device;
  private final Normalization normalization;
  private final int[] labels;
  private final Tensor stored;

  /** Copies the images to the device. */
  public StoredImages(Device device, ImageSet images, Normalization normalization) {
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

  /** C x H x W. */
  public Shape imageShape() {
    Shape shape = stored.shape();
    return Shape.of(shape.dimension(1), shape.dimension(2), shape.dimension(3));
  }

  /**
   * Room for a batch of so many images for each of some networks, with undefined contents.
   *
   * @param dimensions d, the conditioning values of each image
   */
  ImageBatch allocate(int size, int replicas, int dimensions) {
    return new ImageBatch(device, imageShape(), size, replicas, dimensions);
  }

  /** The images of a showing for each of some networks. */
  ImageBatch batch(Showing showing, int replicas) {
    ImageBatch batch = allocate(showing.indices.length, replicas, showing.dimensions());
    choose(batch, showing);
    compute(batch);
    return batch;
  }

  /** Writes down which images a batch is to hold, and how they are shown. */
  void choose(ImageBatch batch, Showing showing) {
    int[] chosen = new int[showing.indices.length];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = labels[showing.indices[i]];
    }
    batch.write(showing, chosen);
  }

  /**
   * Computes the images of a batch that were chosen; the work is the same each time where there is
   * no noise.
   */
  void compute(ImageBatch batch) {
    device
        .operators()
        .image()
        .rotate(
            stored, batch.indices(), batch.turns(), batch.shrinks(), normalization, batch.shown());
    batch.noise().ifPresent(noise -> addNoise(batch, noise));
    if (batch.images() != batch.shown()) {
      device.operators().elementwise().repeat(batch.shown(), batch.images());
    }
  }

  private void addNoise(ImageBatch batch, Showing.Noise noise) {
    batch.amounts().write(noise.amounts);
    device.operators().image().addNoise(batch.shown(), batch.amounts(), noise.source);
  }

  @Override
  public void close() {
    stored.close();
  }
}
