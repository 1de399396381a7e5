package io.loxodrome.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntConsumer;

/**
 * A shape and an element type over a block of a device's memory, row-major and contiguous.
 *
 * <p>The tensor that was allocated owns its memory and frees it on {@link #close}; a {@linkplain
 * #reshape reshaped} tensor only looks at it.
 */
public final class Tensor implements AutoCloseable {
  /** Elements converted at a time between the host's arrays and the device: 64 KiB of doubles. */
  private static final int CHUNK = 8192;

  private final ElementType type;
  private final Shape shape;
  private final Memory memory;
  private final boolean owner;

  private Tensor(ElementType type, Shape shape, Memory memory, boolean owner) {
    this.type = type;
    this.shape = shape;
    this.memory = memory;
    this.owner = owner;
  }

  /**
   * A tensor that owns {@code memory}.
   *
   * @throws IllegalArgumentException if the memory is smaller than the shape needs
   */
  public static Tensor over(Memory memory, ElementType type, Shape shape) {
    long needed = Math.multiplyExact(shape.size(), type.bytes());
    if (memory.bytes() < needed) {
      throw new IllegalArgumentException(
          type + " " + shape + " needs " + needed + " bytes, the memory has " + memory.bytes());
    }
    return new Tensor(type, shape, memory, true);
  }

  public ElementType type() {
    return type;
  }

  public Shape shape() {
    return shape;
  }

  /** Number of elements. */
  public long size() {
    return shape.size();
  }

  /** The memory behind this tensor, refused after close. */
  public Memory memory() {
    memory.requireOpen();
    return memory;
  }

  /**
   * The same elements under another shape; closing the result does nothing.
   *
   * @throws IllegalArgumentException if the sizes differ
   */
  public Tensor reshape(Shape other) {
    if (other.size() != shape.size()) {
      throw new IllegalArgumentException("cannot reshape " + shape + " to " + other);
    }
    return new Tensor(type, other, memory, false);
  }

  /** Copies {@code values} to the device, rounding to the element type. */
  public Tensor write(double[] values) {
    requireLength(values.length);
    transfer(
        (buffer, from, count) -> {
          switch (type) {
            case FLOAT64 -> buffer.asDoubleBuffer().put(values, from, count);
            case FLOAT32 -> each(count, i -> buffer.putFloat(4 * i, (float) values[from + i]));
            default -> throw notReal();
          }
        },
        true);
    return this;
  }

  /** Copies {@code values} to the device. */
  public Tensor write(float[] values) {
    requireLength(values.length);
    transfer(
        (buffer, from, count) -> {
          switch (type) {
            case FLOAT32 -> buffer.asFloatBuffer().put(values, from, count);
            case FLOAT64 -> each(count, i -> buffer.putDouble(8 * i, values[from + i]));
            default -> throw notReal();
          }
        },
        true);
    return this;
  }

  /** Copies {@code values} to the device; the element type must be INT32. */
  public Tensor write(int[] values) {
    requireLength(values.length);
    requireType(ElementType.INT32);
    transfer((buffer, from, count) -> buffer.asIntBuffer().put(values, from, count), true);
    return this;
  }

  /** Copies {@code values} to the device; the element type must be UINT8. */
  public Tensor write(byte[] values) {
    requireLength(values.length);
    requireType(ElementType.UINT8);
    memory().write(0, ByteBuffer.wrap(values));
    return this;
  }

  /** Real elements as doubles on the host. */
  public double[] toDoubles() {
    double[] values = new double[hostLength()];
    transfer(
        (buffer, from, count) -> {
          switch (type) {
            case FLOAT64 -> buffer.asDoubleBuffer().get(values, from, count);
            case FLOAT32 -> each(count, i -> values[from + i] = buffer.getFloat(4 * i));
            default -> throw notReal();
          }
        },
        false);
    return values;
  }

  /**
   * Starts to copy real elements to the host, as they are when all work given to the device so far
   * is done, without waiting for it.
   */
  public Pending<double[]> toDoublesLater() {
    int count = hostLength();
    Pending<ByteBuffer> bytes = memory().readLater(0, Math.multiplyExact(count, type.bytes()));
    return () -> {
      double[] values = new double[count];
      ByteBuffer buffer = bytes.await();
      switch (type) {
        case FLOAT64 -> buffer.asDoubleBuffer().get(values);
        case FLOAT32 -> each(count, i -> values[i] = buffer.getFloat(4 * i));
        default -> throw notReal();
      }
      return values;
    };
  }

  /** Real elements as floats on the host. */
  public float[] toFloats() {
    float[] values = new float[hostLength()];
    transfer(
        (buffer, from, count) -> {
          switch (type) {
            case FLOAT32 -> buffer.asFloatBuffer().get(values, from, count);
            case FLOAT64 -> each(count, i -> values[from + i] = (float) buffer.getDouble(8 * i));
            default -> throw notReal();
          }
        },
        false);
    return values;
  }

  /** INT32 elements on the host. */
  public int[] toInts() {
    requireType(ElementType.INT32);
    int[] values = new int[hostLength()];
    transfer((buffer, from, count) -> buffer.asIntBuffer().get(values, from, count), false);
    return values;
  }

  /** UINT8 elements on the host. */
  public byte[] toBytes() {
    requireType(ElementType.UINT8);
    byte[] values = new byte[hostLength()];
    memory().read(0, ByteBuffer.wrap(values));
    return values;
  }

  private interface Chunk {
    void move(ByteBuffer buffer, int from, int count);
  }

  /** Moves all elements chunk by chunk through a direct buffer, in the host's byte order. */
  private void transfer(Chunk chunk, boolean toDevice) {
    int total = hostLength();
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(Math.min(total, CHUNK) * type.bytes())
            .order(ByteOrder.nativeOrder());
    for (int from = 0; from < total; from += CHUNK) {
      int count = Math.min(CHUNK, total - from);
      long offset = (long) from * type.bytes();
      buffer.clear().limit(count * type.bytes());
      if (!toDevice) {
        memory().read(offset, buffer);
        buffer.flip();
      }
      chunk.move(buffer, from, count);
      if (toDevice) {
        memory().write(offset, buffer);
      }
    }
  }

  private static void each(int count, IntConsumer move) {
    for (int i = 0; i < count; i++) {
      move.accept(i);
    }
  }

  private int hostLength() {
    if (size() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          shape + " has " + size() + " elements, too many for one array on the host");
    }
    return (int) size();
  }

  private void requireLength(int length) {
    if (length != size()) {
      throw new IllegalArgumentException(length + " values for a tensor of shape " + shape);
    }
  }

  private void requireType(ElementType expected) {
    if (type != expected) {
      throw new IllegalArgumentException("a tensor of " + type + " where " + expected + " is due");
    }
  }

  private IllegalArgumentException notReal() {
    return new IllegalArgumentException("a tensor of " + type + " where real numbers are due");
  }

  /** Frees the memory if this tensor owns it; the second call does nothing. */
  @Override
  public void close() {
    if (owner) {
      memory.close();
    }
  }

  @Override
  public String toString() {
    return type + " " + shape;
  }
}
