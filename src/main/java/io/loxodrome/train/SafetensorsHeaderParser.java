package io.loxodrome.train;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads a safetensors header from its JSON and refuses one that breaks the format anywhere. */
final class SafetensorsHeaderParser {
  private final Path file;
  private final JsonReader json;
  private final long dataStart;
  private final long fileBytes;

  private SafetensorsHeaderParser(Path file, String text, long dataStart, long fileBytes) {
    this.file = file;
    this.json = new JsonReader(new StringReader(text));
    this.json.setStrictness(Strictness.STRICT);
    this.dataStart = dataStart;
    this.fileBytes = fileBytes;
  }

  /**
   * The header whose JSON is in {@code bytes}.
   *
   * @param file to name in errors
   * @param bytes the JSON, which starts after the header length and ends where the data section
   *     starts
   * @param fileBytes length of the whole file
   * @throws SafetensorsException if the header breaks the format or disagrees with the file's
   *     length
   */
  static SafetensorsHeader parse(Path file, ByteBuffer bytes, long fileBytes) throws IOException {
    long dataStart = SafetensorsHeader.LENGTH_BYTES + (long) bytes.remaining();
    String text = decode(file, bytes);
    if (!text.startsWith("{")) {
      throw new SafetensorsException(
          file,
          "the header at byte " + SafetensorsHeader.LENGTH_BYTES + " does not start with '{'");
    }
    return new SafetensorsHeaderParser(file, text, dataStart, fileBytes).parse();
  }

  private static String decode(Path file, ByteBuffer bytes) throws SafetensorsException {
    int start = bytes.position();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      // The decoder leaves the position at the first byte that it cannot read.
      long offset = SafetensorsHeader.LENGTH_BYTES + (long) (bytes.position() - start);
      throw new SafetensorsException(file, "the header is not valid UTF-8 at byte " + offset);
    }
  }

  private SafetensorsHeader parse() throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Set<String> names = new HashSet<>();
    try {
      json.beginObject();
      while (json.hasNext()) {
        String name = nextName(names);
        if (name.equals(SafetensorsHeader.METADATA)) {
          readMetadata(metadata);
        } else {
          tensors.put(name, readTensor(name));
        }
      }
      json.endObject();
      expect(JsonToken.END_DOCUMENT);
    } catch (MalformedJsonException | EOFException e) {
      throw invalid("is not valid JSON");
    }
    return new SafetensorsHeader(Collections.unmodifiableMap(metadata), inFileOrder(tensors));
  }

  private void readMetadata(Map<String, String> metadata) throws IOException {
    Set<String> names = new HashSet<>();
    begin(JsonToken.BEGIN_OBJECT);
    while (json.hasNext()) {
      String name = nextName(names);
      expect(JsonToken.STRING);
      metadata.put(name, json.nextString());
    }
    json.endObject();
  }

  private StoredTensor readTensor(String name) throws IOException {
    ElementType type = null;
    Shape shape = null;
    long[] offsets = null;
    Set<String> names = new HashSet<>();
    begin(JsonToken.BEGIN_OBJECT);
    while (json.hasNext()) {
      switch (nextName(names)) {
        case SafetensorsHeader.TYPE -> type = readType();
        case SafetensorsHeader.SHAPE -> shape = readShape();
        case SafetensorsHeader.OFFSETS -> offsets = readNumbers();
        default -> throw invalid("has a field that safetensors does not know");
      }
    }
    json.endObject();
    if (type == null || shape == null || offsets == null) {
      throw invalid("lacks the dtype, the shape or the data_offsets of tensor '" + name + "'");
    }
    return place(name, type, shape, offsets);
  }

  private ElementType readType() throws IOException {
    expect(JsonToken.STRING);
    String name = json.nextString();
    for (ElementType type : ElementType.values()) {
      if (SafetensorsHeader.nameOf(type).equals(name)) {
        return type;
      }
    }
    String known =
        Arrays.stream(ElementType.values())
            .map(SafetensorsHeader::nameOf)
            .collect(Collectors.joining(", "));
    throw invalid("has dtype " + name + ", expected one of " + known);
  }

  private Shape readShape() throws IOException {
    long[] extents = readNumbers();
    try {
      Shape shape = Shape.of(Arrays.stream(extents).mapToInt(Math::toIntExact).toArray());
      Math.multiplyExact(shape.size(), Long.BYTES);
      return shape;
    } catch (ArithmeticException e) {
      throw invalid("has the shape " + Arrays.toString(extents) + ", which is too large");
    }
  }

  private long[] readNumbers() throws IOException {
    List<Long> numbers = new ArrayList<>();
    begin(JsonToken.BEGIN_ARRAY);
    while (json.hasNext()) {
      expect(JsonToken.NUMBER);
      String literal = json.nextString();
      if (!literal.matches("[0-9]{1,18}")) {
        throw invalid("has " + literal + ", expected a natural number below 10^18");
      }
      numbers.add(Long.parseLong(literal));
    }
    json.endArray();
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private StoredTensor place(String name, ElementType type, Shape shape, long[] offsets)
      throws SafetensorsException {
    long dataBytes = fileBytes - dataStart;
    if (offsets.length != 2 || offsets[1] < offsets[0]) {
      throw invalid("has data_offsets that are not a begin and an end at or after it");
    }
    if (offsets[1] > dataBytes) {
      throw new SafetensorsException(
          file,
          "tensor '%s' ends %d bytes into the data at byte %d, but the file ends after %d of them"
              .formatted(name, offsets[1], dataStart, dataBytes));
    }
    StoredTensor tensor = new StoredTensor(type, shape, offsets[0]);
    if (tensor.end() != offsets[1]) {
      throw new SafetensorsException(
          file,
          "tensor '%s' has %d bytes at byte %d, expected %d for %s of shape %s"
              .formatted(
                  name,
                  offsets[1] - offsets[0],
                  dataStart + offsets[0],
                  tensor.bytes(),
                  SafetensorsHeader.nameOf(type),
                  shape));
    }
    return tensor;
  }

  /** Sorts the tensors by offset and refuses holes, overlaps and bytes after the last one. */
  private Map<String, StoredTensor> inFileOrder(Map<String, StoredTensor> tensors)
      throws SafetensorsException {
    Map<String, StoredTensor> ordered = new LinkedHashMap<>();
    long end = 0;
    for (Map.Entry<String, StoredTensor> entry : sortedByOffset(tensors)) {
      StoredTensor tensor = entry.getValue();
      if (tensor.offset() != end) {
        throw new SafetensorsException(
            file,
            "tensor '%s' starts at byte %d, expected %d, where the one before it ends"
                .formatted(entry.getKey(), dataStart + tensor.offset(), dataStart + end));
      }
      end = tensor.end();
      ordered.put(entry.getKey(), tensor);
    }
    if (dataStart + end != fileBytes) {
      throw new SafetensorsException(
          file,
          "the last tensor ends at byte %d, but the file ends at byte %d"
              .formatted(dataStart + end, fileBytes));
    }
    return Collections.unmodifiableMap(ordered);
  }

  /** An empty tensor comes before the tensor that starts where it does. */
  private static List<Map.Entry<String, StoredTensor>> sortedByOffset(
      Map<String, StoredTensor> tensors) {
    return tensors.entrySet().stream()
        .sorted(
            Map.Entry.comparingByValue(
                Comparator.comparingLong(StoredTensor::offset)
                    .thenComparingLong(StoredTensor::end)))
        .toList();
  }

  private String nextName(Set<String> names) throws IOException {
    String name = json.nextName();
    if (!names.add(name)) {
      throw invalid("has the key twice");
    }
    return name;
  }

  private void begin(JsonToken token) throws IOException {
    expect(token);
    if (token == JsonToken.BEGIN_OBJECT) {
      json.beginObject();
    } else {
      json.beginArray();
    }
  }

  private void expect(JsonToken token) throws IOException {
    JsonToken found = json.peek();
    if (found != token) {
      throw invalid("has " + found + ", expected " + token);
    }
  }

  private SafetensorsException invalid(String problem) {
    return new SafetensorsException(
        file,
        "the header, bytes %d to %d, %s at %s"
            .formatted(SafetensorsHeader.LENGTH_BYTES, dataStart, problem, json.getPath()));
  }
}
