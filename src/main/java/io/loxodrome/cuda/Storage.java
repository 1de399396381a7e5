package io.loxodrome.cuda;

/** How a kernel's large arrays are stored; arithmetic is in single precision whichever it is. */
public enum Storage {
  FLOAT32(4, "f32"),
  /** The upper half of a FLOAT32, rounded to nearest even. */
  BFLOAT16(2, "bf16");

  /** What one thread moves at once where addresses allow it. */
  private static final int VECTOR_BYTES = 16;

  private final int bytes;
  private final String suffix;

  Storage(int bytes, String suffix) {
    this.bytes = bytes;
    this.suffix = suffix;
  }

  /** Bytes per element. */
  public int bytes() {
    return bytes;
  }

  /** Elements in the 16 bytes that one thread moves at once. */
  public int vector() {
    return VECTOR_BYTES / bytes;
  }

  /** What names of kernels for this storage have in them. */
  String suffix() {
    return suffix;
  }
}
