package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds the reader and the writer to bytes that are put together here from the format's definition.
 */
class SafetensorsTest {
  private Path folder;
  private Path file;

  @BeforeEach
  void chooseFile(@TempDir Path temporary) {
    folder = temporary;
    file = folder.resolve("weights.safetensors");
  }

  private static byte[] bytes(String header, int... data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    for (int value : data) {
      bytes.put((byte) value);
    }
    return bytes.array();
  }

  private static SafetensorsWriter.Elements elements(int... data) {
    ByteBuffer buffer = ByteBuffer.allocate(data.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : data) {
      buffer.put((byte) value);
    }
    return buffer::rewind;
  }

  private void assertRefused(byte[] bytes, String problem) throws IOException {
    Files.write(file, bytes);
    assertThatThrownBy(() -> SafetensorsReader.open(file).close())
        .isInstanceOf(SafetensorsException.class)
        .hasMessage(file + ": " + problem);
  }

  @Test
  void writesTheBytesOfTheFormat() throws IOException {
    new SafetensorsWriter()
        .metadata("epoch", "3")
        .tensor("b", ElementType.UINT8, Shape.of(3), elements(7, 8, 255))
        .tensor("W", ElementType.FLOAT32, Shape.of(1, 2), elements(0, 0, 128, 63, 0, 0, 0, 192))
        .write(file);
    // W comes first, so that it is aligned; spaces fill the header up to a multiple of 8.
    String header =
        "{\"__metadata__\":{\"epoch\":\"3\"},"
            + "\"W\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}}"
            + " ".repeat(6);
    assertThat(header.length()).isEqualTo(144);
    assertThat(Files.readAllBytes(file))
        .isEqualTo(bytes(header, 0, 0, 128, 63, 0, 0, 0, 192, 7, 8, 255));
  }

  @Test
  void readsTheBytesOfTheFormat() throws IOException {
    Files.write(
        file,
        bytes(
            """
            { "b": {"data_offsets": [12, 13], "shape": [1], "dtype": "U8"},
              "sc\\u00e4lar": {"dtype": "I32", "shape": [], "data_offsets": [8, 12]},
              "W": {"dtype": "F64", "shape": [1, 1], "data_offsets": [0, 8]},
              "none": {"dtype": "F32", "shape": [4, 0], "data_offsets": [8, 8]},
              "__metadata__": {"format": "pt"} }
            """,
            0,
            0,
            0,
            0,
            0,
            0,
            248,
            63,
            254,
            255,
            255,
            255,
            9));
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      assertThat(reader.metadata()).containsExactly(entry("format", "pt"));
      assertThat(reader.tensors())
          .containsExactly(
              entry("W", new StoredTensor(ElementType.FLOAT64, Shape.of(1, 1), 0)),
              entry("none", new StoredTensor(ElementType.FLOAT32, Shape.of(4, 0), 8)),
              entry("scälar", new StoredTensor(ElementType.INT32, Shape.of(), 8)),
              entry("b", new StoredTensor(ElementType.UINT8, Shape.of(1), 12)));
      assertThat(reader.read("W").getDouble()).isEqualTo(1.5);
      assertThat(reader.read("scälar").getInt()).isEqualTo(-2);
      assertThat(reader.read("b").get()).isEqualTo((byte) 9);
      assertThat(reader.read("none").remaining()).isZero();
    }
  }

  @Test
  void aFileWithoutTensorsIsAHeaderAlone() throws IOException {
    new SafetensorsWriter().write(file);
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes("{}      "));
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      assertThat(reader.tensors()).isEmpty();
      assertThat(reader.metadata()).isEmpty();
    }
  }

  @Test
  void aHeaderThatFillsAMultipleOfEightBytesGetsNoSpaces() throws IOException {
    new SafetensorsWriter().metadata("k", "1234567").write(file);
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes("{\"__metadata__\":{\"k\":\"1234567\"}}"));
  }

  @Test
  void aFileThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> SafetensorsReader.open(file).close())
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(file + ": there is no such file");
  }

  @Test
  void aFileShorterThanAHeaderLengthIsRefused() throws IOException {
    assertRefused(new byte[5], "the file has 5 bytes, expected at least the 8 of a header length");
  }

  @Test
  void aHeaderLongerThanTheFormatAllowsIsRefused() throws IOException {
    byte[] bytes = bytes("{}");
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(100_000_001);
    assertRefused(bytes, "the header length at byte 0 is 100000001, expected at most 100000000");
    ByteBuffer.wrap(bytes).putLong(-1);
    assertRefused(
        bytes, "the header length at byte 0 is 18446744073709551615, expected at most 100000000");
  }

  @Test
  void aHeaderLongerThanTheFileIsRefused() throws IOException {
    byte[] bytes = bytes("{}");
    bytes[0] = 3;
    assertRefused(bytes, "the header length at byte 0 is 3, but only 2 bytes follow it");
  }

  @ParameterizedTest
  @CsvSource({"' {}'", "'[]'", "''", "'\"{}\"'"})
  void aHeaderThatDoesNotStartWithABraceIsRefused(String header) throws IOException {
    assertRefused(bytes(header), "the header at byte 8 does not start with '{'");
  }

  @Test
  void aHeaderThatIsNotUtf8IsRefused() throws IOException {
    byte[] bytes = bytes("{\"abc\":1}");
    bytes[11] = (byte) 0xff;
    assertRefused(bytes, "the header is not valid UTF-8 at byte 11");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a":              | is not valid JSON at $.a
          {"a" {}}           | is not valid JSON at $.a
          {'a':{}}           | is not valid JSON at $.
          {} {}              | is not valid JSON at $
          {}x                | is not valid JSON at $
          {"a":1}            | has NUMBER, expected BEGIN_OBJECT at $.a
          {"a":null}         | has NULL, expected BEGIN_OBJECT at $.a
          {"a":{"dtype":1}}  | has NUMBER, expected STRING at $.a.dtype
          {"a":{"dtype":"I64"}} | has dtype I64, expected one of F32, F64, I32, U8 at $.a.dtype
          {"a":{"shape":2}}  | has NUMBER, expected BEGIN_ARRAY at $.a.shape
          {"a":{"shape":["2"]}} | has STRING, expected NUMBER at $.a.shape[0]
          {"a":{"shape":[1,-2]}} | has -2, expected a natural number below 10^18 at $.a.shape[2]
          {"a":{"shape":[2.0]}} | has 2.0, expected a natural number below 10^18 at $.a.shape[1]
          {"a":{"shape":[2e0]}} | has 2e0, expected a natural number below 10^18 at $.a.shape[1]
          {"a":{"shape":[18446744073709551615]}} | has 18446744073709551615, expected a natural number below 10^18 at $.a.shape[1]
          {"a":{"shape":[2147483648]}} | has the shape [2147483648], which is too large at $.a.shape
          {"a":{"shape":[2147483647,2147483647]}} | has the shape [2147483647, 2147483647], which is too large at $.a.shape
          {"a":{"scale":1}}  | has a field that safetensors does not know at $.a.scale
          {"a":{"dtype":"U8","shape":[0]}} | lacks the dtype, the shape or the data_offsets of tensor 'a' at $.a
          {"a":{"dtype":"U8","dtype":"U8"}} | has the key twice at $.a.dtype
          {"a":{"dtype":"U8","shape":[0],"data_offsets":[0]}} | has data_offsets that are not a begin and an end at or after it at $.a
          {"a":{"dtype":"U8","shape":[0],"data_offsets":[2,1]}} | has data_offsets that are not a begin and an end at or after it at $.a
          {"__metadata__":{"epoch":3}} | has NUMBER, expected STRING at $.__metadata__.epoch
          {"__metadata__":{"a":"","a":""}} | has the key twice at $.__metadata__.a
          {"__metadata__":{},"__metadata__":{}} | has the key twice at $.__metadata__
          """)
  void anInvalidHeaderIsRefusedWithThePlace(String header, String problem) throws IOException {
    byte[] bytes = bytes(header);
    assertRefused(bytes, "the header, bytes 8 to " + bytes.length + ", " + problem);
  }

  @Test
  void aTensorNamedTwiceIsRefused() throws IOException {
    String tensor = "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
    assertRefused(
        bytes("{" + tensor + "," + tensor + "}"),
        "the header, bytes 8 to 113, has the key twice at $.a");
  }

  /** A header of 120 bytes, so that the data starts at byte 128. */
  private static String tensors(int beginA, int endA, int beginB, int endB) {
    String header =
        """
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[%d,%d]},
        "b":{"dtype":"U8","shape":[4],"data_offsets":[%d,%d]}}"""
            .formatted(beginA, endA, beginB, endB);
    return header + " ".repeat(120 - header.length());
  }

  @Test
  void aSizeThatIsNotTheShapesIsRefused() throws IOException {
    assertRefused(
        bytes(tensors(0, 5, 5, 8), new int[8]),
        "tensor 'a' has 5 bytes at byte 128, expected 4 for U8 of shape 4");
  }

  @Test
  void anOverlapIsRefused() throws IOException {
    assertRefused(
        bytes(tensors(0, 4, 3, 7), new int[7]),
        "tensor 'b' starts at byte 131, expected 132, where the one before it ends");
  }

  @Test
  void aHoleIsRefused() throws IOException {
    assertRefused(
        bytes(tensors(5, 9, 0, 4), new int[9]),
        "tensor 'a' starts at byte 133, expected 132, where the one before it ends");
    assertRefused(
        bytes(tensors(1, 5, 5, 9), new int[9]),
        "tensor 'a' starts at byte 129, expected 128, where the one before it ends");
  }

  @Test
  void aTruncatedFileIsRefused() throws IOException {
    assertRefused(
        bytes(tensors(0, 4, 4, 8), new int[7]),
        "tensor 'b' ends 8 bytes into the data at byte 128, but the file ends after 7 of them");
  }

  @Test
  void bytesAfterTheLastTensorAreRefused() throws IOException {
    assertRefused(
        bytes(tensors(0, 4, 4, 8), new int[9]),
        "the last tensor ends at byte 136, but the file ends at byte 137");
  }

  @Test
  void anyCutOfAFileIsRefused() throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    new SafetensorsWriter()
        .tensor("a", ElementType.UINT8, Shape.of(5), elements(1, 2, 3, 4, 5))
        .writeTo(whole);
    for (int length = 0; length < whole.size(); length++) {
      Files.write(file, Arrays.copyOf(whole.toByteArray(), length));
      assertThatThrownBy(() -> SafetensorsReader.open(file).close())
          .as("cut to %d bytes", length)
          .isInstanceOf(SafetensorsException.class);
    }
  }

  @Test
  void aFileCutAfterItWasOpenedIsRefused() throws IOException {
    Files.write(file, bytes(tensors(0, 4, 4, 8), new int[8]));
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      Files.write(file, bytes(tensors(0, 4, 4, 8), new int[6]));
      assertThatThrownBy(() -> reader.read("b"))
          .isInstanceOf(SafetensorsException.class)
          .hasMessage(file + ": the file ends at byte 134, expected 2 more bytes");
    }
  }

  @Test
  void anUnknownTensorIsRefusedWithTheKnownOnes() throws IOException {
    Files.write(file, bytes(tensors(0, 4, 4, 8), new int[8]));
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      assertThatThrownBy(() -> reader.read("c"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no tensor 'c' in " + file + ", which has [a, b]");
    }
  }

  @Test
  void aTensorLargerThanABufferIsRefusedAndTheNextOneRead() throws IOException {
    // A sparse file: three billion zeros that take no place on the disk.
    byte[] start =
        bytes(
            "{\"big\":{\"dtype\":\"U8\",\"shape\":[3,1000000000],\"data_offsets\":[0,3000000000]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[3000000000,3000000002]}}");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(start));
      channel.position(start.length + 3_000_000_000L);
      channel.write(ByteBuffer.wrap(new byte[] {5, 6}));
    }
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      assertThat(reader.read("b").array()).containsExactly(5, 6);
      assertThatThrownBy(() -> reader.read("big"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "tensor 'big' in "
                  + file
                  + " has 3000000000 bytes, more than the 2147483647 of a buffer");
    }
  }

  @Test
  void aNameTakenOrReservedIsRefused() {
    SafetensorsWriter writer =
        new SafetensorsWriter()
            .metadata("k", "v")
            .tensor("a", ElementType.UINT8, Shape.of(1), elements(1));
    assertThatThrownBy(() -> writer.tensor("a", ElementType.UINT8, Shape.of(1), elements(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tensor 'a' is already there");
    assertThatThrownBy(() -> writer.metadata("k", "w"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("metadata 'k' is already there");
    assertThatThrownBy(
            () -> writer.tensor("__metadata__", ElementType.UINT8, Shape.of(1), elements(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("safetensors reserves the name '__metadata__'");
  }

  @Test
  void elementsThatDisagreeWithTheShapeAreRefusedAndNothingIsWritten() {
    assertThatThrownBy(
            () ->
                new SafetensorsWriter()
                    .tensor("a", ElementType.INT32, Shape.of(2, 2), elements(1, 2, 3))
                    .write(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the buffer of tensor 'a' has 3 bytes, expected 16 for INT32 of shape 2x2");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void bigEndianElementsAreRefused() {
    assertThatThrownBy(
            () ->
                new SafetensorsWriter()
                    .tensor("a", ElementType.INT32, Shape.of(), () -> ByteBuffer.allocate(4))
                    .write(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the buffer of tensor 'a' is not little-endian, as safetensors needs it");
  }

  @Test
  void aNameThatIsNotUnicodeIsRefused() {
    assertThatThrownBy(
            () ->
                new SafetensorsWriter()
                    .tensor("\ud800", ElementType.UINT8, Shape.of(0), elements())
                    .write(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("half a surrogate pair");
  }

  @Test
  void aFullDiskLeavesTheOldFile() throws IOException {
    Files.write(file, bytes(tensors(0, 4, 4, 8), new int[8]));
    SafetensorsWriter writer =
        new SafetensorsWriter()
            .tensor("a", ElementType.UINT8, Shape.of(100_000), elements(new int[100_000]));
    assertThatThrownBy(
            () -> AtomicFile.write(file, out -> writer.writeTo(new FullDisk(out, 70_000))))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("No space left on device");
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes(tensors(0, 4, 4, 8), new int[8]));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void elementsOfATensorAreReadOnlyWhenItIsItsTurn() throws IOException {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    int[] writtenBefore = new int[2];
    new SafetensorsWriter()
        .tensor(
            "a",
            ElementType.UINT8,
            Shape.of(3),
            () -> {
              writtenBefore[0] = written.size();
              return elements(1, 2, 3).read();
            })
        .tensor(
            "b",
            ElementType.UINT8,
            Shape.of(1),
            () -> {
              writtenBefore[1] = written.size();
              return elements(4).read();
            })
        .writeTo(written);
    assertThat(writtenBefore[0]).isEqualTo(written.size() - 4);
    assertThat(writtenBefore[1]).isEqualTo(written.size() - 1);
  }
}
