package io.loxodrome.train;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonWriter;
import io.loxodrome.tensor.ElementType;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The header of a safetensors file: what it holds and where.
 *
 * <p>A file is an 8-byte little-endian header length, the header as JSON, and the tensors'
 * elements:
 *
 * <pre>{@code
 * {"__metadata__": {"key": "value"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
 * }</pre>
 *
 * Offsets count from the end of the header. The tensors follow each other with no holes and end
 * where the file ends.
 *
 * @param metadata free text by key
 * @param tensors by name, in the order of their offsets
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, StoredTensor> tensors) {
  /** Bytes of the header length at the start of a file. */
  static final int LENGTH_BYTES = Long.BYTES;

  /** The longest header the format's reference implementation reads. */
  static final int MAX_BYTES = 100_000_000;

  static final String METADATA = "__metadata__";
  static final String TYPE = "dtype";
  static final String SHAPE = "shape";
  static final String OFFSETS = "data_offsets";

  /** The data section starts at a multiple of this, so that elements of every type are aligned. */
  private static final int ALIGNMENT = 8;

  /** The format's name of an element type. */
  static String nameOf(ElementType type) {
    return switch (type) {
      case FLOAT32 -> "F32";
      case FLOAT64 -> "F64";
      case INT32 -> "I32";
      case UINT8 -> "U8";
    };
  }

  /**
   * The header as it starts a file: its length, the JSON, and spaces up to the data section.
   *
   * @throws IllegalArgumentException if a name or text is not Unicode, or the header would be
   *     longer than {@link #MAX_BYTES}
   */
  byte[] encode() {
    ByteBuffer json = utf8(json());
    int padded = (json.remaining() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (padded > MAX_BYTES) {
      throw new IllegalArgumentException(
          "the header of "
              + tensors.size()
              + " tensors takes "
              + padded
              + " bytes, but safetensors allows "
              + MAX_BYTES);
    }
    ByteBuffer encoded = ByteBuffer.allocate(LENGTH_BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    encoded.putLong(padded).put(json);
    while (encoded.hasRemaining()) {
      encoded.put((byte) ' ');
    }
    return encoded.array();
  }

  private static ByteBuffer utf8(String json) {
    try {
      return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(json));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "a tensor's name or the metadata holds half a surrogate pair, which UTF-8 cannot", e);
    }
  }

  private String json() {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.setStrictness(Strictness.STRICT);
      json.beginObject();
      writeMetadata(json);
      for (Map.Entry<String, StoredTensor> tensor : tensors.entrySet()) {
        json.name(tensor.getKey());
        write(json, tensor.getValue());
      }
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot be written to", e);
    }
    return text.toString();
  }

  private void writeMetadata(JsonWriter json) throws IOException {
    if (metadata.isEmpty()) {
      return;
    }
    json.name(METADATA).beginObject();
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      json.name(entry.getKey()).value(entry.getValue());
    }
    json.endObject();
  }

  private static void write(JsonWriter json, StoredTensor tensor) throws IOException {
    json.beginObject().name(TYPE).value(nameOf(tensor.type()));
    json.name(SHAPE).beginArray();
    for (int extent : tensor.shape().toArray()) {
      json.value(extent);
    }
    json.endArray().name(OFFSETS).beginArray();
    json.value(tensor.offset()).value(tensor.end()).endArray().endObject();
  }
}
