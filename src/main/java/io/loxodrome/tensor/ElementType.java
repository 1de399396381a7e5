package io.loxodrome.tensor;

/** What one element of a tensor is. */
public enum ElementType {
  FLOAT32(4),
  FLOAT64(8),
  INT32(4),
  UINT8(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes per element. */
  public int bytes() {
    return bytes;
  }
}
