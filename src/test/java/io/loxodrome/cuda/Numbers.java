package io.loxodrome.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers as a device stores them. */
final class Numbers {
  private Numbers() {}

  /** The bytes of numbers, each rounded to nearest even. */
  static byte[] bytes(Storage storage, double[] values) {
    byte[] bytes = new byte[values.length * storage.bytes()];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    for (double value : values) {
      switch (storage) {
        case FLOAT32 -> buffer.putFloat((float) value);
        case BFLOAT16 -> buffer.putShort(bfloat16((float) value));
      }
    }
    return bytes;
  }

  /** The numbers in bytes. */
  static double[] values(Storage storage, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    double[] values = new double[bytes.length / storage.bytes()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (storage) {
            case FLOAT32 -> buffer.getFloat();
            case BFLOAT16 -> Float.intBitsToFloat(buffer.getShort() << 16);
          };
    }
    return values;
  }

  /** Numbers after a trip through storage. */
  static double[] rounded(Storage storage, double[] values) {
    return values(storage, bytes(storage, values));
  }

  static byte[] bytes(int[] values) {
    byte[] bytes = new byte[values.length * Integer.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asIntBuffer().put(values);
    return bytes;
  }

  static int[] ints(byte[] bytes) {
    int[] values = new int[bytes.length / Integer.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asIntBuffer().get(values);
    return values;
  }

  private static short bfloat16(float value) {
    if (Float.isNaN(value)) {
      return 0x7fff;
    }
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }
}
