package io.loxodrome.autograd;

import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that takes part in differentiation: its value, and where its gradient goes.
 *
 * <p>A constant has no gradient. A leaf, such as a layer's basis points, keeps its gradient's
 * memory from step to step. Every other variable is the result of an operation on a {@link Tape},
 * which frees it.
 */
public final class Variable implements AutoCloseable {
  private final String origin;
  private final Tensor value;
  private final boolean needsGradient;
  private final boolean ownsValue;
  private final @Nullable Tape tape;
  private @Nullable Tensor gradient;
  private boolean received;

  private Variable(
      String origin, Tensor value, boolean needsGradient, boolean ownsValue, @Nullable Tape tape) {
    this.origin = origin;
    this.value = value;
    this.needsGradient = needsGradient;
    this.ownsValue = ownsValue;
    this.tape = tape;
  }

  /**
   * A variable that needs no gradient, such as a batch of images; the caller keeps the tensor.
   *
   * @param origin a name for messages
   */
  public static Variable constant(String origin, Tensor value) {
    return new Variable(origin, value, false, false, null);
  }

  /**
   * A variable that needs a gradient and outlives tapes; it owns the tensor from here on.
   *
   * @param origin a name for messages
   */
  public static Variable leaf(String origin, Tensor value) {
    return new Variable(origin, value, true, true, null);
  }

  static Variable result(String origin, Tensor value, boolean needsGradient, Tape tape) {
    return new Variable(origin, value, needsGradient, true, tape);
  }

  /** The name of the layer that computed it, of the parameter, or of the input. */
  public String origin() {
    return origin;
  }

  public Tensor value() {
    return value;
  }

  /** Whether a backward pass computes its gradient. */
  public boolean needsGradient() {
    return needsGradient;
  }

  /** Whether the last backward pass reached it and nobody used the gradient up since. */
  public boolean hasGradient() {
    return received;
  }

  /**
   * Its gradient, of the value's shape.
   *
   * @throws IllegalStateException if it has none
   */
  public Tensor gradient() {
    if (gradient == null || !received) {
      throw new IllegalStateException(
          origin + " has no gradient: no backward pass reached it since it was last used");
    }
    return gradient;
  }

  /** Declares the gradient used up; its memory stays for the next one. */
  public void discardGradient() {
    received = false;
  }

  /**
   * Declares that the gradient's memory was filled anew, by a device that repeats a backward pass
   * without this program's taking part.
   *
   * @throws IllegalStateException if no backward pass has reached it yet
   */
  public void gradientWasRepeated() {
    if (gradient == null) {
      throw new IllegalStateException(origin + " never had a gradient that could be repeated");
    }
    received = true;
  }

  boolean mayBeUsedOn(Tape other) {
    return tape == null || tape == other;
  }

  boolean isResult() {
    return tape != null;
  }

  /** The gradient's memory, to be overwritten by the first operation that reaches this variable. */
  Tensor claimGradient(Device device) {
    if (gradient == null) {
      gradient = device.allocate(value.shape());
    }
    received = true;
    return gradient;
  }

  /** Frees the gradient and, unless it is a constant, the value; the second call does nothing. */
  @Override
  public void close() {
    received = false;
    if (ownsValue) {
      value.close();
    }
    if (gradient != null) {
      gradient.close();
    }
  }

  @Override
  public String toString() {
    return origin + " (" + value + ")";
  }
}
