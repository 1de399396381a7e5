package io.loxodrome.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is written is read back, whatever the names, types, shapes and bits. */
class SafetensorsRoundTripTest {
  record Example(ElementType type, Shape shape, long seed) {
    ByteBuffer elements() {
      byte[] bytes = new byte[(int) StoredTensor.bytes(type, shape)];
      new Random(seed).nextBytes(bytes);
      // Direct, as the memory of a device is; and not at the start of its buffer.
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 3);
      direct.position(3).mark();
      direct.put(bytes).reset();
      return direct.order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  @Provide
  Arbitrary<Map<String, Example>> tensors() {
    return Arbitraries.maps(names(), examples()).ofMaxSize(6);
  }

  @Provide
  Arbitrary<Map<String, String>> metadata() {
    return Arbitraries.maps(names(), names()).ofMaxSize(3);
  }

  private static Arbitrary<String> names() {
    return Arbitraries.strings()
        .withChars("a.\"\\/\n\u0000\u2028é漢")
        .ofMaxLength(12)
        .map(name -> name + "😀".repeat(name.length() % 2));
  }

  private static Arbitrary<Example> examples() {
    Arbitrary<Shape> shapes =
        Arbitraries.integers().between(0, 9).array(int[].class).ofMaxSize(4).map(Shape::of);
    return Combinators.combine(Arbitraries.of(ElementType.class), shapes, Arbitraries.longs())
        .as(Example::new);
  }

  @Property(tries = 100)
  void whatIsWrittenIsReadBack(
      @ForAll("tensors") Map<String, Example> tensors,
      @ForAll("metadata") Map<String, String> metadata)
      throws IOException {
    Path file = Files.createTempFile("round-trip", ".safetensors");
    try {
      write(file, tensors, metadata);
      assertHolds(file, tensors, metadata);
    } finally {
      Files.delete(file);
    }
  }

  private static void write(Path file, Map<String, Example> tensors, Map<String, String> metadata)
      throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    metadata.forEach(writer::metadata);
    tensors.forEach((name, e) -> writer.tensor(name, e.type(), e.shape(), e::elements));
    writer.write(file);
  }

  private static void assertHolds(
      Path file, Map<String, Example> tensors, Map<String, String> metadata) throws IOException {
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      assertThat(reader.metadata()).isEqualTo(metadata);
      assertThat(reader.tensors()).containsOnlyKeys(tensors.keySet());
      for (Map.Entry<String, StoredTensor> stored : reader.tensors().entrySet()) {
        Example written = requireNonNull(tensors.get(stored.getKey()));
        assertThat(stored.getValue().type()).isEqualTo(written.type());
        assertThat(stored.getValue().shape()).isEqualTo(written.shape());
        assertThat(stored.getValue().offset() % written.type().bytes()).isZero();
        assertThat(reader.read(stored.getKey())).isEqualTo(written.elements());
      }
    }
  }
}
