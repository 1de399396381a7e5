package io.loxodrome.ops;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/**
 * Somewhere tensors live and operators run.
 *
 * <p>A device and what lives on it belong to one thread at a time.
 */
public interface Device extends AutoCloseable {
  /**
   * Opens a device by name: {@code auto} (the fastest that works here, said once in one line),
   * {@code cpu}, {@code reference} or {@code reference:float64}.
   *
   * @throws DeviceUnavailableException if it cannot be had here; the message says why
   * @throws IllegalArgumentException if no device has that name; the message lists the known ones
   */
  static Device open(String name) {
    return DeviceProvider.openByName(name);
  }

  /** The name it opens under. */
  String name();

  /** One line for people: library, instruction set, cores. */
  String description();

  /** The element type of real tensors here. */
  ElementType realType();

  /** A tensor with undefined contents. */
  Tensor allocate(ElementType type, Shape shape);

  /** A real tensor with undefined contents. */
  default Tensor allocate(Shape shape) {
    return allocate(realType(), shape);
  }

  /** A real tensor of zeros. */
  default Tensor zeros(Shape shape) {
    Tensor tensor = allocate(shape);
    operators().elementwise().fill(tensor, 0);
    return tensor;
  }

  /** What this device can compute. */
  Operators operators();

  /** Bytes of tensors and workspaces in use now. */
  long bytesInUse();

  /** The most {@link #bytesInUse} has been. */
  long peakBytes();

  /** Frees the device's own resources; tensors still open become unusable. */
  @Override
  void close();
}
