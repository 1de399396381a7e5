package io.loxodrome.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A kernel's arguments in the order and layout that its entry declares, each checked as it is
 * added.
 *
 * <p>An argument lies at the next multiple of its own size, as CUDA lays parameters out.
 */
public final class Arguments {
  /** The most bytes of parameters every CUDA device takes. */
  private static final int MOST_BYTES = 4096;

  private final String kernel;
  private final ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.nativeOrder());
  private final List<Integer> offsets = new ArrayList<>();

  private Arguments(String kernel) {
    this.kernel = kernel;
  }

  /**
   * No arguments yet.
   *
   * @param kernel the entry they are for, which errors name
   */
  public static Arguments of(String kernel) {
    return new Arguments(kernel);
  }

  /**
   * Adds a device address.
   *
   * @param alignment in bytes, a power of two, that the kernel's accesses need
   * @throws IllegalArgumentException if the address is null (0) or not so aligned
   */
  public Arguments address(String name, long address, int alignment) {
    if (address == 0) {
      throw new IllegalArgumentException(
          "kernel %s: %s is a null address, expected device memory".formatted(kernel, name));
    }
    if (address % alignment != 0) {
      throw new IllegalArgumentException(
          "kernel %s: %s is at address 0x%x, which is no multiple of %d bytes"
              .formatted(kernel, name, address, alignment));
    }
    return add64(address);
  }

  /** Adds a device address that may be null (0) where the kernel documents what that means. */
  public Arguments optionalAddress(String name, long address, int alignment) {
    return address == 0 ? add64(0) : address(name, address, alignment);
  }

  /**
   * Adds a 32-bit size.
   *
   * @throws IllegalArgumentException if the value is not in [least, most]
   */
  public Arguments int32(String name, long value, int least, int most) {
    Sizes.require(kernel, name, value, least, most);
    place(Integer.BYTES);
    bytes.putInt((int) value);
    return this;
  }

  /**
   * Adds a 64-bit size.
   *
   * @throws IllegalArgumentException if the value is not in [least, most]
   */
  public Arguments int64(String name, long value, long least, long most) {
    Sizes.require(kernel, name, value, least, most);
    return add64(value);
  }

  /** Adds 64 bits that stand for themselves, such as a seed or a set of flags. */
  public Arguments bits64(long bits) {
    return add64(bits);
  }

  /**
   * Adds a number in single precision.
   *
   * @throws IllegalArgumentException if it is not finite there
   */
  public Arguments float32(String name, double value) {
    float rounded = (float) value;
    if (!Float.isFinite(rounded)) {
      throw new IllegalArgumentException(
          "kernel %s: %s is %s, expected a number that is finite in single precision"
              .formatted(kernel, name, value));
    }
    place(Float.BYTES);
    bytes.putFloat(rounded);
    return this;
  }

  private Arguments add64(long value) {
    place(Long.BYTES);
    bytes.putLong(value);
    return this;
  }

  private void place(int size) {
    bytes.position((bytes.position() + size - 1) / size * size);
    offsets.add(bytes.position());
  }

  /** The entry they are for. */
  public String kernel() {
    return kernel;
  }

  /** How many there are. */
  public int count() {
    return offsets.size();
  }

  /** Where argument {@code index} starts in {@link #bytes}. */
  public int offset(int index) {
    return offsets.get(index);
  }

  /** All of them as the kernel finds them, in the machine's byte order; a read-only view. */
  public ByteBuffer bytes() {
    return bytes.duplicate().flip().asReadOnlyBuffer().order(ByteOrder.nativeOrder());
  }
}
