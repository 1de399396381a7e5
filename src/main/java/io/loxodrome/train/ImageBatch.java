package io.loxodrome.train;

import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.ReplicaPlaces;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Some images on a device, the same for each of R networks, with their labels and where on the
 * manifold each of them is. Its tensors stay where they are while what they hold changes.
 */
final class ImageBatch implements AutoCloseable {
  private final Device device;
  private final int replicas;
  private final Tensor indices;
  private final Tensor turns;
  private final Tensor shrinks;
  private final Tensor amounts;
  private final Tensor shown;
  private final Tensor images;
  private final Tensor labels;
  private final ReplicaPlaces places;
  private Showing.@Nullable Noise noise;

  ImageBatch(Device device, Shape image, int size, int replicas, int dimensions) {
    int all = Math.multiplyExact(size, replicas);
    this.device = device;
    this.replicas = replicas;
    this.indices = device.allocate(ElementType.INT32, Shape.of(size));
    this.turns = device.allocate(Shape.of(size));
    this.shrinks = device.allocate(Shape.of(size));
    this.amounts = device.allocate(Shape.of(size));
    this.shown = device.allocate(image.under(size));
    this.images = replicas == 1 ? shown : device.allocate(image.under(all));
    this.labels = device.allocate(ElementType.INT32, Shape.of(all));
    this.places = new ReplicaPlaces(device, replicas, size, dimensions);
  }

  /**
   * Notes what it is to hold.
   *
   * @param classes of the images of the showing
   */
  void write(Showing showing, int[] classes) {
    int[] repeated = new int[classes.length * replicas];
    for (int i = 0; i < repeated.length; i++) {
      repeated[i] = classes[i % classes.length];
    }
    indices.write(showing.indices);
    turns.write(showing.turns);
    shrinks.write(showing.shrinks);
    labels.write(repeated);
    places.write(showing.values);
    noise = showing.noise;
  }

  /** R. */
  int replicas() {
    return replicas;
  }

  /** INT32, B: which image of the set each example is. */
  Tensor indices() {
    return indices;
  }

  /** B: how far each image is turned. */
  Tensor turns() {
    return turns;
  }

  /** B: how many times smaller than it is each image is shown. */
  Tensor shrinks() {
    return shrinks;
  }

  /** B: each image's share of noise, where there is noise. */
  Tensor amounts() {
    return amounts;
  }

  Optional<Showing.Noise> noise() {
    return Optional.ofNullable(noise);
  }

  /** B x C x H x W, normalised, once for all networks. */
  Tensor shown() {
    return shown;
  }

  /** R B x C x H x W: what is shown, for each network. */
  Tensor images() {
    return images;
  }

  /** INT32, R B. */
  Tensor labels() {
    return labels;
  }

  /** Where the examples are; to be closed before this is. */
  Conditioning conditioning() {
    return new Conditioning(device, places);
  }

  /** Frees all of it; to be called after the tapes that used it were closed. */
  @Override
  public void close() {
    indices.close();
    turns.close();
    shrinks.close();
    amounts.close();
    shown.close();
    images.close();
    labels.close();
    places.close();
  }
}
