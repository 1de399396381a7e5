package io.loxodrome.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  private static final TrainingPosition POSITION = new TrainingPosition(7, 0.25, 1.0 / 3);

  private final Device device = Device.open("reference");
  private final Layer network = layer(2, 1);
  private final Optimizer optimizer = adam(network);
  private Path folder;
  private Path file;

  @BeforeEach
  void chooseFile(@TempDir Path temporary) {
    folder = temporary;
    file = folder.resolve("checkpoint.safetensors");
  }

  @AfterEach
  void everythingIsFreed() {
    optimizer.close();
    network.close();
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  private Layer layer(int outputs, long seed) {
    return ManifoldLinear.initialized(
        device,
        "linear",
        WeightManifold.parse("line"),
        new Linear(3, outputs, Activation.NONE),
        new Initialization(seed));
  }

  /** Its state counts up from one half. */
  private Optimizer adam(Layer trained) {
    Optimizer adam =
        OptimizerChoice.of(OptimizerChoice.Rule.ADAM).create(device, trained.parameters(), 1);
    double first = 0.5;
    for (Tensor tensor : adam.state().values()) {
      tensor.write(DoubleStream.iterate(first, x -> x + 1).limit(tensor.size()).toArray());
      first += 100;
    }
    return adam;
  }

  private static Checkpoint.Description description(Map<String, String> settings) {
    return new Checkpoint.Description(
        SmallDataset.settings(settings), 20, Shape.of(1, 8, 9), 3, POSITION);
  }

  private void save() throws IOException {
    Checkpoint.save(file, description(Map.of()), network, optimizer);
  }

  private byte[] saved() throws IOException {
    save();
    return Files.readAllBytes(file);
  }

  @Test
  void whatIsSavedIsRestored() throws IOException {
    save();
    try (Checkpoint checkpoint = Checkpoint.open(file);
        Layer other = layer(2, 2);
        Optimizer state =
            OptimizerChoice.of(OptimizerChoice.Rule.ADAM).create(device, other.parameters(), 1)) {
      assertThat(checkpoint.description()).isEqualTo(description(Map.of()));
      checkpoint.restore(other);
      checkpoint.restore(state);
      for (int i = 0; i < 2; i++) {
        assertThat(other.parameters().get(i).basis().toDoubles())
            .isEqualTo(network.parameters().get(i).basis().toDoubles());
      }
      assertThat(state.state().keySet()).isEqualTo(optimizer.state().keySet());
      state
          .state()
          .forEach(
              (name, tensor) ->
                  assertThat(tensor.toDoubles())
                      .isEqualTo(optimizer.state().getOrDefault(name, tensor).toDoubles())
                      .doesNotContain(0));
      assertThat(state.steps()).isEqualTo(7);
    }
  }

  @Test
  void everySettingIsRestored() throws IOException {
    Map<String, String> settings =
        Map.ofEntries(
            Map.entry("dataset", "näme \"x\""),
            Map.entry("manifold", "spline:12:periodic"),
            Map.entry("angles", "arc:0.1"),
            Map.entry("optimizer", "adamw"),
            Map.entry("form", "paper"),
            Map.entry("learning_rate", Double.toString(0.1 + 0.2)),
            Map.entry("momentum", "0.7"),
            Map.entry("weight_decay", "4.9E-324"),
            Map.entry("clip", "2.5"),
            Map.entry("l2", "1.0E-4"),
            Map.entry("batch", "3"),
            Map.entry("seed", Long.toString(Long.MIN_VALUE)),
            Map.entry("limit", "9"));
    Checkpoint.save(file, description(settings), network, optimizer);
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      RunSettings restored = checkpoint.description().settings();
      assertThat(restored).isEqualTo(SmallDataset.settings(settings));
      assertThat(restored.optimizer().clip()).isEqualTo(OptionalDouble.of(2.5));
      assertThat(restored.toText()).containsExactlyInAnyOrderEntriesOf(settings);
    }
  }

  @Test
  void aRunThatHasNotEndedAnEpochHasNoLossOfOne() throws IOException {
    Checkpoint.Description start = description(Map.of()).at(TrainingPosition.START);
    Checkpoint.save(file, start, network, optimizer);
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      assertThat(checkpoint.description().position()).isEqualTo(TrainingPosition.START);
      assertThat(checkpoint.description().epochsBegun()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void anEpochHasBegunWithItsFirstStep(int step) {
    // 20 images in batches of 6: three steps an epoch.
    Checkpoint.Description description = description(Map.of());
    assertThat(description.at(new TrainingPosition(step, 0, 0)).epochsBegun()).isEqualTo(1);
    assertThat(description.at(new TrainingPosition(step + 3, 0, 0)).epochsBegun()).isEqualTo(2);
  }

  @Test
  void everyFlippedByteIsNoticed() throws IOException {
    byte[] bytes = saved();
    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= (byte) (1 << i % 7);
      Files.write(file, damaged);
      assertThatThrownBy(() -> Checkpoint.open(file))
          .as("byte %d of %d", i, bytes.length)
          .isInstanceOfAny(CheckpointException.class, SafetensorsException.class)
          .hasMessageStartingWith(file.toString())
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void aDamagedElementIsNamedAsDamage() throws IOException {
    byte[] bytes = saved();
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageMatching(
            "\\Q"
                + file
                + "\\E: is damaged: its checksum is [0-9a-f]+, that of its content is [0-9a-f]+");
  }

  @Test
  void everyTruncationIsNoticed() throws IOException {
    byte[] bytes = saved();
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> Checkpoint.open(file))
          .as("%d of %d bytes", length, bytes.length)
          .isInstanceOf(SafetensorsException.class)
          .hasMessageStartingWith(file.toString());
    }
  }

  @Test
  void aNewerFormatIsRefusedByItsNumber() throws IOException {
    new SafetensorsWriter().metadata("loxodrome_checkpoint", "2").write(file);
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "%s: was written in checkpoint format 2, this version of Loxodrome reads format 1; use"
                + " the version that wrote it or a newer one",
            file);
  }

  @Test
  void aSafetensorsFileOfAnotherKindIsRefused() throws IOException {
    ByteBuffer zero = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    new SafetensorsWriter()
        .tensor("linear.weight", ElementType.FLOAT32, Shape.of(1), () -> zero)
        .write(file);
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("%s: is a safetensors file, but no checkpoint of Loxodrome", file);
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage("%s: there is no such file", file);
  }

  @Test
  void descriptionsThatCannotBeUsedAreNamed() throws IOException {
    for (String[] wrong :
        new String[][] {
          {"batch", "many", "'batch' is 'many', expected a whole number of 32 bits"},
          {"seed", "1.5", "'seed' is '1.5', expected a whole number of 64 bits"},
          {"momentum", "", "'momentum' is '', expected a number"},
          {"momentum", "2", "momentum is 2.0, must be in [0, 1)"},
          {"optimizer", "newton", "'optimizer' is 'newton', expected one of the known ones"},
          {"manifold", "knot", "unknown manifold 'knot'; known are "},
          {"network", "other", "'network' is 'other', expected paper-cnn"},
          {"images", "5", "images is 5, must be at least the batch of 6"},
          {"steps", "-1", "steps is -1, must be at least 0"},
        }) {
      saveDescribed(Map.of(wrong[0], wrong[1]), "");
      assertThatThrownBy(() -> Checkpoint.open(file))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(file + ": its description cannot be used: " + wrong[2]);
    }
    saveDescribed(Map.of(), "clip");
    assertThatThrownBy(() -> Checkpoint.open(file))
        .hasMessage("%s: its description cannot be used: 'clip' is missing", file);
  }

  /** A checkpoint with no tensors, a true checksum, and this put into its description. */
  private void saveDescribed(Map<String, String> changes, String without) throws IOException {
    save();
    Map<String, String> text;
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      text = new TreeMap<>(reader.metadata());
    }
    text.remove("crc32c");
    text.putAll(changes);
    text.remove(without);
    ContentChecksum checksum = new ContentChecksum();
    checksum.add(text);
    text.put("crc32c", checksum.toString());
    SafetensorsWriter writer = new SafetensorsWriter();
    text.forEach(writer::metadata);
    writer.write(file);
  }

  @Test
  void anotherModelIsRefused() throws IOException {
    save();
    try (Checkpoint checkpoint = Checkpoint.open(file);
        Layer wider = layer(4, 1);
        Optimizer state = adam(wider)) {
      assertThatThrownBy(() -> checkpoint.restore(wider))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "%s: is of another model: linear.weight has shape %s, expected %s",
              file, shape(network), shape(wider));
      assertThatThrownBy(() -> checkpoint.restore(state))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(
              file + ": is of another model: optimizer.linear.weight.first has shape ");
    }
  }

  private static Shape shape(Layer layer) {
    return layer.parameters().get(0).basis().shape();
  }

  @Test
  void anotherLayersNameIsRefused() throws IOException {
    save();
    WeightManifold line = WeightManifold.parse("line");
    Linear layer = new Linear(3, 2, Activation.NONE);
    try (Checkpoint checkpoint = Checkpoint.open(file);
        Layer other =
            ManifoldLinear.initialized(device, "other", line, layer, new Initialization(1))) {
      assertThatThrownBy(() -> checkpoint.restore(other))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "%s: is of another model: its tensors [linear.bias, linear.weight] have no place"
                  + " here",
              file);
    }
  }

  @Test
  void anotherOptimizersStateIsMissed() throws IOException {
    save();
    try (Checkpoint checkpoint = Checkpoint.open(file);
        Optimizer sgd =
            OptimizerChoice.of(OptimizerChoice.Rule.SGD).create(device, network.parameters(), 1)) {
      assertThatThrownBy(() -> checkpoint.restore(sgd))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "%s: is of another model: it has no tensor optimizer.linear.weight.velocity", file);
    }
  }

  @Test
  void aRunOfOtherSettingsIsNamedByWhatDiffers() throws IOException {
    save();
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      Checkpoint.Description same = description(Map.of()).at(TrainingPosition.START);
      assertThatCode(() -> checkpoint.requireOf(same)).doesNotThrowAnyException();
      assertThatThrownBy(() -> checkpoint.requireOf(description(Map.of("batch", "5"))))
          .isInstanceOf(CheckpointException.class)
          .hasMessage("%s: is of another run: its batch is 6, here it is 5", file);
    }
  }

  @Test
  void aFullDiskKeepsTheLastGoodCheckpoint() throws IOException {
    byte[] good = saved();
    network.parameters().get(0).basis().write(new double[12]);
    SafetensorsWriter writer = Checkpoint.writer(description(Map.of()), network, optimizer);
    for (int free : new int[] {0, 1, 8, 500, good.length - 1}) {
      assertThatThrownBy(
              () -> AtomicFile.write(file, out -> writer.writeTo(new FullDisk(out, free))))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "%s could not be written and is left as it was: No space left on device", file);
      assertThat(file).hasBinaryContent(good);
    }
    try (Checkpoint checkpoint = Checkpoint.open(file);
        Stream<Path> files = Files.list(folder)) {
      assertThat(checkpoint.description()).isEqualTo(description(Map.of()));
      assertThat(files).containsExactly(file);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void aValueThatIsNotFiniteIsNotSaved(double value) throws IOException {
    byte[] good = saved();
    Tensor state = requireNonNull(optimizer.state().get("linear.bias.second"));
    double[] values = state.toDoubles();
    values[3] = value;
    state.write(values);
    assertThatThrownBy(this::save)
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("optimizer.linear.bias.second holds " + value + " and is not saved");
    assertThat(file).hasBinaryContent(good);
  }

  @Test
  void theFileNamesItsTensorsAsTheNetworkDoes() throws IOException {
    save();
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      assertThat(reader.tensors().keySet())
          .containsExactlyInAnyOrder(
              "linear.weight",
              "linear.bias",
              "optimizer.linear.weight.first",
              "optimizer.linear.weight.second",
              "optimizer.linear.bias.first",
              "optimizer.linear.bias.second");
      assertThat(reader.metadata())
          .containsEntry("steps", "7")
          .containsEntry("manifold", "ellipse");
    }
  }

  @Test
  void theSameRunGivesTheSameBytes() throws IOException {
    byte[] first = saved();
    assertThat(saved()).isEqualTo(first);
    assertThat(new String(first, StandardCharsets.ISO_8859_1)).doesNotContain(folder.toString());
  }
}
