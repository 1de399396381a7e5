package io.loxodrome.cuda.jcuda;

import com.sun.jna.Native;
import io.loxodrome.cuda.Arguments;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;

/**
 * A kernel's arguments as cuLaunchKernel's {@code extra} wants them: in memory of the host's,
 * written in place, so that a launch makes no objects for them. CUDA copies them during the call.
 */
final class LaunchBlock {
  /** The most bytes of parameters every CUDA device takes. */
  private static final int MOST_BYTES = 4096;

  // The list of pairs that cuda.h describes: these constants stand for "what follows".
  private static final long END = 0;
  private static final long BUFFER_POINTER = 1;
  private static final long BUFFER_SIZE = 2;

  private static final int SIZE_AT = MOST_BYTES;
  private static final int LIST_AT = SIZE_AT + Long.BYTES;
  private static final int LIST_BYTES = 5 * Long.BYTES;

  private final ByteBuffer memory =
      ByteBuffer.allocateDirect(LIST_AT + LIST_BYTES).order(ByteOrder.nativeOrder());
  private final Pointer list;

  LaunchBlock() {
    long start = com.sun.jna.Pointer.nativeValue(Native.getDirectBufferPointer(memory));
    memory
        .position(LIST_AT)
        .putLong(BUFFER_POINTER)
        .putLong(start)
        .putLong(BUFFER_SIZE)
        .putLong(start + SIZE_AT)
        .putLong(END);
    list = Handles.set(new Pointer(), start + LIST_AT);
  }

  /** Puts arguments in; what is returned holds until the next call. */
  Pointer fill(Arguments arguments) {
    ByteBuffer bytes = arguments.bytes();
    memory.putLong(SIZE_AT, bytes.remaining());
    memory.clear().put(bytes);
    return list;
  }
}
