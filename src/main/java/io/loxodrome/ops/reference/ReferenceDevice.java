package io.loxodrome.ops.reference;

import io.loxodrome.ops.CheckedOperators;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.OperatorSet;
import io.loxodrome.ops.Operators;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Memory;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** The device that defines every operator, on the Java heap. */
public final class ReferenceDevice implements Device {
  private final ElementType realType;
  private final Usage usage = new Usage();
  private final Operators operators;
  private boolean closed;

  /**
   * A device whose real tensors are of {@code realType}.
   *
   * @throws IllegalArgumentException if that is not a type of real numbers
   */
  public ReferenceDevice(ElementType realType) {
    if (realType != ElementType.FLOAT32 && realType != ElementType.FLOAT64) {
      throw new IllegalArgumentException(
          "real type is " + realType + ", must be FLOAT32 or FLOAT64");
    }
    this.realType = realType;
    this.operators = CheckedOperators.over(this, this::owns, definitions());
  }

  private Operators definitions() {
    return new OperatorSet(
        new ReferenceMixing(),
        new ReferenceLinear(),
        new ReferenceConvolution(this),
        new ReferencePooling(),
        new ReferenceNormalization(),
        new ReferenceElementwise(),
        new ReferenceLoss(),
        new ReferenceUpdate(),
        new ReferenceMetric(realType),
        new ReferenceImage());
  }

  private boolean owns(Memory memory) {
    return memory instanceof HeapMemory heap && heap.device() == this;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("device " + name() + " was used after close");
    }
  }

  @Override
  public String name() {
    return realType == ElementType.FLOAT64
        ? ReferenceProvider.NAME + ":" + ReferenceProvider.FLOAT64
        : ReferenceProvider.NAME;
  }

  @Override
  public String description() {
    return "plain Java, double arithmetic, " + realType + " tensors, one thread";
  }

  @Override
  public ElementType realType() {
    return realType;
  }

  /** A tensor whose bytes are all 0xFF: NaN as real numbers, -1 as INT32, 255 as UINT8. */
  @Override
  public Tensor allocate(ElementType type, Shape shape) {
    requireOpen();
    long bytes = Math.multiplyExact(shape.size(), type.bytes());
    return Tensor.over(HeapMemory.allocate(this, usage, bytes), type, shape);
  }

  @Override
  public Operators operators() {
    requireOpen();
    return operators;
  }

  @Override
  public long bytesInUse() {
    return usage.current();
  }

  @Override
  public long peakBytes() {
    return usage.peak();
  }

  @Override
  public void close() {
    closed = true;
  }
}
