package io.loxodrome.train;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A CRC-32C over all that a checkpoint holds, text and tensors, by which damage shows that leaves
 * the file well-formed.
 */
final class ContentChecksum {
  private final CRC32C checksum = new CRC32C();

  /** Adds texts in the order of their names. */
  void add(Map<String, String> texts) {
    new TreeMap<>(texts)
        .forEach(
            (name, text) -> {
              add(name);
              add(text);
            });
  }

  /** Adds a tensor; the buffer is at its end afterwards. */
  void add(String name, ElementType type, Shape shape, ByteBuffer elements) {
    add(name);
    add(type.name());
    add(shape.toString());
    checksum.update(elements);
  }

  /** A zero byte ends a text, so that two texts never look like two others. */
  private void add(String text) {
    checksum.update(text.getBytes(StandardCharsets.UTF_8));
    checksum.update(0);
  }

  /** The checksum in hexadecimal. */
  @Override
  public String toString() {
    return Long.toHexString(checksum.getValue());
  }
}
