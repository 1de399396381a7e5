package io.loxodrome.train;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;

/**
 * Says what a tensor in a safetensors file is and where its elements lie.
 *
 * @param type what one element is
 * @param shape extents, outermost first, row-major
 * @param offset of the first element, in bytes from the start of the file's data section
 */
public record StoredTensor(ElementType type, Shape shape, long offset) {
  /** Size of the elements in bytes. */
  public long bytes() {
    return bytes(type, shape);
  }

  /** Where the next tensor starts, in bytes from the start of the file's data section. */
  long end() {
    return offset + bytes();
  }

  static long bytes(ElementType type, Shape shape) {
    return Math.multiplyExact(shape.size(), type.bytes());
  }
}
