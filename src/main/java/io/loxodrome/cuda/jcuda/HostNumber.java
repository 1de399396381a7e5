package io.loxodrome.cuda.jcuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;

/** A number in the host's memory, at an address that does not move. */
final class HostNumber {
  static final Pointer ZERO = of(0);
  static final Pointer ONE = of(1);

  private HostNumber() {}

  private static Pointer of(float value) {
    ByteBuffer memory = ByteBuffer.allocateDirect(Float.BYTES).order(ByteOrder.nativeOrder());
    return Pointer.to(memory.putFloat(0, value));
  }
}
