package io.loxodrome.ops;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * Somewhere tensors live and operators run.
 *
 * <p>A device and what lives on it belong to one thread at a time.
 */
public interface Device extends AutoCloseable {
  /**
   * Opens a device by name: {@code auto} (the fastest that works here, said once in one line),
   * {@code cuda}, {@code cpu}, {@code reference} or {@code reference:float64}. What may follow
   * {@code cuda} is a device's number, how products and convolutions multiply ({@code fp32}, {@code
   * tf32}, {@code bf16}), {@code search}, which has algorithms chosen by their measured time, not
   * the same bits in every run, and as for {@code cpu} a {@link MixPlan} or {@code autotune}; as in
   * {@code cuda:1}, {@code cuda:0:tf32:search} or {@code cuda:weights}.
   *
   * @throws DeviceUnavailableException if it cannot be had here; the message says why
   * @throws IllegalArgumentException if no device has that name; the message lists the known ones
   */
  static Device open(String name) {
    return open(name, 1);
  }

  /**
   * Opens one of several devices that are at work at the same time and share the machine: one that
   * computes on the processor's cores takes its part of them, at least one. How many cores there
   * are decides how sums are cut, so results differ by rounding.
   *
   * @param sharers how many there are, this one counted, at least 1
   * @throws DeviceUnavailableException as the other open does
   * @throws IllegalArgumentException as the other open does, or if sharers is below 1
   */
  static Device open(String name, int sharers) {
    if (sharers < 1) {
      throw new IllegalArgumentException("sharers is " + sharers + ", must be at least 1");
    }
    return new DeviceLookup(DeviceProvider.all()).open(name, sharers);
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
    return filled(shape, 0);
  }

  /** A real tensor whose elements all have this value. */
  default Tensor filled(Shape shape, double value) {
    Tensor tensor = allocate(shape);
    operators().elementwise().fill(tensor, value);
    return tensor;
  }

  /** What this device can compute. */
  Operators operators();

  /**
   * Makes ready to do the same work again and again.
   *
   * @param parts of the work, in the order they are run in; see {@link Recording} for what they may
   *     do
   */
  default Recording record(List<Runnable> parts) {
    return new RepeatedCalls(parts);
  }

  /** Bytes of tensors and workspaces in use now. */
  long bytesInUse();

  /** The most {@link #bytesInUse} has been. */
  long peakBytes();

  /** Frees the device's own resources; tensors still open become unusable. */
  @Override
  void close();
}
