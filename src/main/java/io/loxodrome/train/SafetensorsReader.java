package io.loxodrome.train;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Reads a safetensors file one tensor at a time, so that a file may be larger than memory.
 *
 * <p>Opening checks the whole header against the format and the file's length, so a truncated or
 * mangled file is refused before any tensor is read. The format has no checksum: changed elements
 * are not noticed.
 */
public final class SafetensorsReader implements Closeable {
  /**
   * Through a heap buffer a channel reads by way of direct memory of the same size: keep it small.
   */
  private static final int READ_BYTES = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long dataStart;

  private SafetensorsReader(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    ByteBuffer json = readHeader();
    this.dataStart = SafetensorsHeader.LENGTH_BYTES + (long) json.remaining();
    this.header = SafetensorsHeaderParser.parse(file, json, channel.size());
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws NoSuchFileException if there is no such file
   * @throws SafetensorsException if the file breaks the format or has elements of a type not in
   *     {@link io.loxodrome.tensor.ElementType}; the message names the file, the place and what was
   *     expected
   * @throws IOException if the file cannot be read
   */
  public static SafetensorsReader open(Path file) throws IOException {
    if (Files.notExists(file)) {
      throw new NoSuchFileException(file.toString(), null, "there is no such file");
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new SafetensorsReader(file, channel);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  private ByteBuffer readHeader() throws IOException {
    long size = channel.size();
    if (size < SafetensorsHeader.LENGTH_BYTES) {
      throw new SafetensorsException(
          file,
          "the file has %d bytes, expected at least the %d of a header length"
              .formatted(size, SafetensorsHeader.LENGTH_BYTES));
    }
    long length = read(0, SafetensorsHeader.LENGTH_BYTES).getLong();
    if (length < 0 || length > SafetensorsHeader.MAX_BYTES) {
      throw new SafetensorsException(
          file,
          "the header length at byte 0 is %s, expected at most %d"
              .formatted(Long.toUnsignedString(length), SafetensorsHeader.MAX_BYTES));
    }
    if (length > size - SafetensorsHeader.LENGTH_BYTES) {
      throw new SafetensorsException(
          file,
          "the header length at byte 0 is %d, but only %d bytes follow it"
              .formatted(length, size - SafetensorsHeader.LENGTH_BYTES));
    }
    return read(SafetensorsHeader.LENGTH_BYTES, (int) length);
  }

  /** The file's free text by key, empty if it has none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** The tensors by name, in the order in which they lie in the file. */
  public Map<String, StoredTensor> tensors() {
    return header.tensors();
  }

  /**
   * The elements of a tensor, row-major, in a new little-endian buffer.
   *
   * @throws IllegalArgumentException if the file has no tensor of that name, or it has more bytes
   *     than a buffer can hold, 2^31 - 1
   * @throws SafetensorsException if the file became shorter since it was opened
   * @throws IOException if the file cannot be read or the reader is closed
   */
  public ByteBuffer read(String name) throws IOException {
    StoredTensor tensor = header.tensors().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no tensor '" + name + "' in " + file + ", which has " + header.tensors().keySet());
    }
    if (tensor.bytes() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "tensor '%s' in %s has %d bytes, more than the %d of a buffer"
              .formatted(name, file, tensor.bytes(), Integer.MAX_VALUE));
    }
    return read(dataStart + tensor.offset(), (int) tensor.bytes());
  }

  private ByteBuffer read(long offset, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.position() < bytes) {
      buffer.limit((int) Math.min(bytes, (long) buffer.position() + READ_BYTES));
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new SafetensorsException(
            file,
            "the file ends at byte %d, expected %d more bytes"
                .formatted(offset + buffer.position(), bytes - buffer.position()));
      }
    }
    return buffer.rewind();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
