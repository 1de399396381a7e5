package io.loxodrome.train;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects tensors and writes them as one safetensors file, whole or not at all.
 *
 * <p>The elements of a tensor are asked for when their turn to be written comes, so no more than
 * one tensor need be in memory. Tensors of wider elements come first, else in the order in which
 * they were added: so every element is aligned.
 */
public final class SafetensorsWriter {
  private static final int WRITE_BYTES = 1 << 16;

  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, Pending> tensors = new LinkedHashMap<>();

  /** Gives the elements of one tensor. */
  @FunctionalInterface
  public interface Elements {
    /**
     * The elements, row-major, between the position and the limit of a little-endian buffer; called
     * once per written file.
     */
    ByteBuffer read() throws IOException;
  }

  private record Pending(String name, ElementType type, Shape shape, Elements elements) {
    ByteBuffer checkedElements() throws IOException {
      ByteBuffer read = elements.read();
      if (read.order() != ByteOrder.LITTLE_ENDIAN) {
        throw new IllegalArgumentException(
            "the buffer of tensor '" + name + "' is not little-endian, as safetensors needs it");
      }
      if (read.remaining() != StoredTensor.bytes(type, shape)) {
        throw new IllegalArgumentException(
            "the buffer of tensor '%s' has %d bytes, expected %d for %s of shape %s"
                .formatted(name, read.remaining(), StoredTensor.bytes(type, shape), type, shape));
      }
      return read.duplicate();
    }
  }

  /**
   * Adds free text that a reader finds under {@code key}.
   *
   * @throws IllegalArgumentException if the key is already there
   */
  public SafetensorsWriter metadata(String key, String text) {
    if (metadata.putIfAbsent(key, text) != null) {
      throw new IllegalArgumentException("metadata '" + key + "' is already there");
    }
    return this;
  }

  /**
   * Adds a tensor.
   *
   * @param shape extents, outermost first
   * @throws IllegalArgumentException if a tensor of that name is already there, or the name is the
   *     one the format reserves for metadata
   */
  public SafetensorsWriter tensor(String name, ElementType type, Shape shape, Elements elements) {
    if (name.equals(SafetensorsHeader.METADATA)) {
      throw new IllegalArgumentException("safetensors reserves the name '" + name + "'");
    }
    if (tensors.putIfAbsent(name, new Pending(name, type, shape, elements)) != null) {
      throw new IllegalArgumentException("tensor '" + name + "' is already there");
    }
    return this;
  }

  /**
   * Writes the file, or replaces it; it is on the disk when this returns.
   *
   * @throws IllegalArgumentException if a buffer is not little-endian or disagrees with its
   *     tensor's shape; no file is written
   * @throws IOException if the file cannot be written; one that was there is left as it was
   */
  public void write(Path file) throws IOException {
    AtomicFile.write(file, this::writeTo);
  }

  void writeTo(OutputStream out) throws IOException {
    List<Pending> ordered = widestFirst();
    out.write(new SafetensorsHeader(metadata, place(ordered)).encode());
    byte[] chunk = new byte[WRITE_BYTES];
    for (Pending tensor : ordered) {
      copy(tensor.checkedElements(), out, chunk);
    }
  }

  private List<Pending> widestFirst() {
    return tensors.values().stream()
        .sorted(Comparator.comparingInt((Pending tensor) -> tensor.type().bytes()).reversed())
        .toList();
  }

  private static Map<String, StoredTensor> place(List<Pending> ordered) {
    Map<String, StoredTensor> placed = new LinkedHashMap<>();
    long offset = 0;
    for (Pending tensor : ordered) {
      StoredTensor stored = new StoredTensor(tensor.type(), tensor.shape(), offset);
      placed.put(tensor.name(), stored);
      offset = stored.end();
    }
    return placed;
  }

  /** In chunks, since a file stream copies what it is given into native memory at once. */
  private static void copy(ByteBuffer elements, OutputStream out, byte[] chunk) throws IOException {
    while (elements.hasRemaining()) {
      int length = Math.min(chunk.length, elements.remaining());
      elements.get(chunk, 0, length);
      out.write(chunk, 0, length);
    }
  }
}
