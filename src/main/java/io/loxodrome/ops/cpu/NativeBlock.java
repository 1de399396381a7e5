package io.loxodrome.ops.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory outside the heap, aligned to a cache line, seen from Java in windows of at most 1 GiB.
 *
 * <p>Nothing here checks whether the block was freed: {@link NativeMemory} does.
 */
final class NativeBlock {
  static final int ALIGNMENT = 64;
  private static final int WINDOW_SHIFT = 30;
  private static final long WINDOW = 1L << WINDOW_SHIFT;
  private static final int FLOAT_SHIFT = WINDOW_SHIFT - 2;
  private static final long FLOAT_WINDOW = 1L << FLOAT_SHIFT;

  private final Pointer allocation;
  private final long address;
  private final long bytes;
  private final ByteBuffer[] windows;
  private final FloatBuffer[] floatWindows;
  private final IntBuffer[] bitWindows;

  /**
   * Allocates a block.
   *
   * @throws OutOfMemoryError if the operating system refuses
   */
  NativeBlock(long bytes) {
    this.bytes = bytes;
    this.allocation = Pointer.malloc(bytes + ALIGNMENT);
    if (allocation == null || allocation.isNull()) {
      throw new OutOfMemoryError("no " + bytes + " bytes of memory outside the heap");
    }
    this.address = (allocation.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    int count = (int) ((bytes + WINDOW - 1) >> WINDOW_SHIFT);
    this.windows = new ByteBuffer[count];
    this.floatWindows = new FloatBuffer[count];
    this.bitWindows = new IntBuffer[count];
    for (int i = 0; i < count; i++) {
      long start = i * WINDOW;
      windows[i] =
          new Address(address + start)
              .sized(Math.min(WINDOW, bytes - start))
              .asByteBuffer()
              .order(ByteOrder.nativeOrder());
      floatWindows[i] = windows[i].asFloatBuffer();
      bitWindows[i] = windows[i].asIntBuffer();
    }
  }

  long address() {
    return address;
  }

  long bytes() {
    return bytes;
  }

  /** Copies floats {@code first} to {@code first + count} to the heap. */
  void get(long first, float[] target, int offset, int count) {
    int done = 0;
    while (done < count) {
      long at = first + done;
      int index = (int) (at & (FLOAT_WINDOW - 1));
      int part = (int) Math.min(count - done, FLOAT_WINDOW - index);
      floatWindows[(int) (at >> FLOAT_SHIFT)].get(index, target, offset + done, part);
      done += part;
    }
  }

  /** Copies the bits of floats {@code first} to {@code first + count} to the heap. */
  void get(long first, int[] target, int count) {
    int done = 0;
    while (done < count) {
      long at = first + done;
      int index = (int) (at & (FLOAT_WINDOW - 1));
      int part = (int) Math.min(count - done, FLOAT_WINDOW - index);
      bitWindows[(int) (at >> FLOAT_SHIFT)].get(index, target, done, part);
      done += part;
    }
  }

  /** Copies from the heap to floats {@code first} to {@code first + count}. */
  void put(long first, float[] source, int offset, int count) {
    int done = 0;
    while (done < count) {
      long at = first + done;
      int index = (int) (at & (FLOAT_WINDOW - 1));
      int part = (int) Math.min(count - done, FLOAT_WINDOW - index);
      floatWindows[(int) (at >> FLOAT_SHIFT)].put(index, source, offset + done, part);
      done += part;
    }
  }

  /** Copies bytes {@code first} to {@code first + count} to the heap. */
  void get(long first, byte[] target, int offset, int count) {
    int done = 0;
    while (done < count) {
      long at = first + done;
      int index = (int) (at & (WINDOW - 1));
      int part = (int) Math.min(count - done, WINDOW - index);
      windows[(int) (at >> WINDOW_SHIFT)].get(index, target, offset + done, part);
      done += part;
    }
  }

  /** Copies all that remains in {@code source} to byte {@code first} on. */
  void put(long first, ByteBuffer source) {
    long at = first;
    while (source.hasRemaining()) {
      int index = (int) (at & (WINDOW - 1));
      int part = (int) Math.min(source.remaining(), WINDOW - index);
      windows[(int) (at >> WINDOW_SHIFT)].put(index, source, source.position(), part);
      source.position(source.position() + part);
      at += part;
    }
  }

  /** Fills what remains in {@code target} from byte {@code first} on. */
  void get(long first, ByteBuffer target) {
    long at = first;
    while (target.hasRemaining()) {
      int index = (int) (at & (WINDOW - 1));
      int part = (int) Math.min(target.remaining(), WINDOW - index);
      target.put(target.position(), windows[(int) (at >> WINDOW_SHIFT)], index, part);
      target.position(target.position() + part);
      at += part;
    }
  }

  void free() {
    Pointer.free(allocation);
  }
}
