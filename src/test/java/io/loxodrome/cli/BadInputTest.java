package io.loxodrome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.train.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked for wrongly, or lies broken on the disk, ends with one clear sentence. */
class BadInputTest {
  private Path folder;
  private Path data;
  private Path run;
  private Path checkpoint;

  @BeforeEach
  void writeData(@TempDir Path temporary) throws IOException {
    folder = temporary;
    data = FashionFiles.write(folder.resolve("data"));
    run = folder.resolve("run");
    checkpoint = run.resolve("checkpoint.safetensors");
  }

  private Outcome train(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("train", "--data", data.toString(), "--out", run.toString()));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--device")) {
      arguments.addAll(List.of("--device", "cpu"));
    }
    return Outcome.of(arguments.toArray(String[]::new));
  }

  private byte[] trained() throws IOException {
    train("--epochs", "1", "--batch", "10").succeeded();
    return Files.readAllBytes(checkpoint);
  }

  private Outcome resume() {
    return train("--epochs", "2", "--resume");
  }

  private Outcome evaluate() {
    return Outcome.of("evaluate", run.toString(), "--data", data.toString(), "--device", "cpu");
  }

  /** Refusals that come before anything is written. */
  private void assertNothingWritten() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(data);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--epochs 0             | --epochs is 0, must be at least 1",
        "--epochs x             | Invalid value for option '--epochs': 'x' is not an int",
        "--limit 0              | limit is 0, must be at least 1",
        "--batch 0              | batch is 0, must be at least 1",
        "--batch 31             | batch of 31 is larger than the data, which has 30 examples;"
            + " take a smaller batch",
        "--batch 9 --limit 8    | batch of 9 is larger than the data, which has 8 examples;"
            + " take a smaller batch",
        "--learning-rate NaN    | learning rate is NaN, must be at least 0 and finite",
        "--learning-rate -0.1   | learning rate is -0.1, must be at least 0 and finite",
        "--learning-rate fast   | Invalid value for option '--learning-rate': 'fast' is not a"
            + " double",
        "--momentum 1           | momentum is 1.0, must be in [0, 1)",
        "--weight-decay -1      | weight decay is -1.0, must be at least 0 and finite",
        "--clip 0               | clipping length is 0.0, must be positive and finite",
        "--optimizer newton     | Invalid value for option '--optimizer': expected one of [SGD,"
            + " NESTEROV, ADAM, ADAMW, RIEMANNIAN] (case-insensitive) but was 'newton'",
        "--manifold torus       | manifold torus takes 2 conditioning values, an angle is one;"
            + " use a curve or the point",
        "--angles 7             | Invalid value for option '--angles': unknown angles '7',"
            + " expected fixed:COUNT with COUNT from 1 to 1000 or arc:SHARE with SHARE from"
            + " 0.0001 to 1",
        "--dataset mnist        | --dataset: unknown data set 'mnist', expected one of"
            + " fashion-mnist, cifar10",
        "--device gpu           | --device: unknown device 'gpu'; known are auto, cuda, cpu, reference, ptx",
        "--device cpu:x         | --device: device cpu takes outputs, inputs, weights, spans,"
            + " shared or autotune after its name, found 'x'",
        "--epoch 3              | Unknown options: '--epoch', '3'; did you mean --epochs?",
      })
  void misuseIsAnsweredWithASentence(String options, String sentence) throws IOException {
    train(options.split(" +")).wasMisused("loxodrome train", sentence);
    assertNothingWritten();
  }

  @Test
  void anUnknownManifoldIsAnsweredWithTheKnownOnes() throws IOException {
    train("--manifold", "knot")
        .wasMisused(
            "loxodrome train",
            "Invalid value for option '--manifold': unknown manifold 'knot'; known are "
                + String.join(", ", WeightManifold.knownSpecs()));
    assertNothingWritten();
  }

  @Test
  void resumingNeedsAFolder() {
    Outcome.of("train", "--resume")
        .wasMisused("loxodrome train", "--resume needs --out, the folder of the run to go on with");
  }

  @Test
  void anUnknownCommandIsAnswered() {
    Outcome outcome = Outcome.of("trian");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err().lines())
        .containsExactly(
            "Unmatched argument at index 0: 'trian'; did you mean train or manifold or experiment?",
            "Try 'loxodrome --help'.");
  }

  @Test
  void noCommandIsAnsweredWithTheCommands() {
    Outcome outcome = Outcome.of();
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("train", "evaluate", "manifold", "doctor");
  }

  @Test
  void aDataSetThatIsNotThereSaysHowToGetIt() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Outcome.of("train", "--data", empty.toString(), "--out", run.toString())
        .failed(
            "fashion-mnist was not found in %s, %s; install it with 'apt-get install"
                    .formatted(empty, empty.resolve("fashion-mnist"))
                + " dataset-fashion-mnist' or name a folder with its four IDX files by --data or"
                + " $LOXODROME_DATA");
    assertThat(run).doesNotExist();
  }

  @Test
  void aTruncatedGzipFileIsNamed() throws IOException {
    byte[] whole = FashionFiles.gzip(FashionFiles.images(FashionFiles.TRAIN));
    Files.delete(data.resolve(FashionFiles.TRAIN_IMAGES));
    Path compressed = data.resolve(FashionFiles.TRAIN_IMAGES + ".gz");
    Files.write(compressed, Arrays.copyOf(whole, whole.length / 2));
    Outcome outcome = train();
    assertThat(outcome.err())
        .matches(
            "\\Q"
                + compressed
                + "\\E is truncated: 30 x 8 x 8 elements from uncompressed offset 16 should take"
                + " 1920 bytes, found \\d+\n");
    outcome.failed(outcome.err().strip());
    assertNothingWritten();
  }

  @Test
  void aWrongMagicNumberIsNamed() throws IOException {
    Path images = data.resolve(FashionFiles.TRAIN_IMAGES);
    Files.write(images, FashionFiles.labels(FashionFiles.TRAIN));
    train()
        .failed(
            images
                + " has magic number 0x00000801 at offset 0, expected 0x00000803 for unsigned"
                + " bytes in 3 extents");
    assertNothingWritten();
  }

  @Test
  void countsThatDisagreeAreNamed() throws IOException {
    Path labels = data.resolve(FashionFiles.TRAIN_LABELS);
    Files.write(labels, FashionFiles.labels(29));
    train()
        .failed(
            "%s has extent 29 at offset 4, expected 30 as in %s"
                .formatted(labels, data.resolve(FashionFiles.TRAIN_IMAGES)));
    assertNothingWritten();
  }

  @Test
  void aLabelOutOfRangeIsNamed() throws IOException {
    Path labels = data.resolve(FashionFiles.TRAIN_LABELS);
    byte[] bytes = FashionFiles.labels(FashionFiles.TRAIN);
    bytes[8 + 5] = 10;
    Files.write(labels, bytes);
    train().failed(labels + " has label 10 for image 5 at offset 13, expected 0 to 9");
    assertNothingWritten();
  }

  @Test
  void aFolderThatHoldsARunIsRefused() throws IOException {
    byte[] bytes = trained();
    train("--epochs", "1", "--batch", "10")
        .failed(checkpoint + " is already there; go on with --resume or choose another folder");
    assertThat(checkpoint).hasBinaryContent(bytes);
  }

  @Test
  void aFileIsNoFolderForARun() throws IOException {
    Files.writeString(run, "mine");
    train("--epochs", "1", "--batch", "10").failed(run + " is a file, expected a folder");
    assertThat(run).hasContent("mine");
  }

  @Test
  void resumingNeedsACheckpoint() throws IOException {
    resume()
        .failed(
            checkpoint
                + ": there is no checkpoint to go on from; a new run starts without --resume");
    assertNothingWritten();
  }

  @Test
  void resumingWithOtherSettingsIsRefused() throws IOException {
    byte[] bytes = trained();
    train("--epochs", "2", "--resume", "--seed", "2")
        .wasMisused(
            "loxodrome train",
            "--resume goes on with the settings of "
                + checkpoint
                + ", which are others: leave the options out or start a new run");
    assertThat(checkpoint).hasBinaryContent(bytes);
  }

  @Test
  void resumingIntoThePastIsRefused() throws IOException {
    trained();
    resume().succeeded();
    train("--epochs", "1", "--resume")
        .wasMisused("loxodrome train", "--epochs is 1, but the run is in epoch 2 already");
  }

  @Test
  void resumingOnOtherDataIsRefused() throws IOException {
    byte[] bytes = trained();
    Files.write(data.resolve(FashionFiles.TRAIN_IMAGES), FashionFiles.images(40));
    Files.write(data.resolve(FashionFiles.TRAIN_LABELS), FashionFiles.labels(40));
    resume().failed(checkpoint + ": is of another run: its images is 30, here it is 40");
    assertThat(checkpoint).hasBinaryContent(bytes);
  }

  @Test
  void aTruncatedCheckpointIsRefused() throws IOException {
    byte[] bytes = trained();
    Files.write(checkpoint, Arrays.copyOf(bytes, bytes.length - 1));
    for (Outcome outcome : List.of(resume(), evaluate())) {
      outcome.failed(outcome.err().strip());
      assertThat(outcome.err()).startsWith(checkpoint + ": ").contains("bytes");
    }
    Files.write(checkpoint, new byte[3]);
    evaluate()
        .failed(checkpoint + ": the file has 3 bytes, expected at least the 8 of a header length");
  }

  @Test
  void aDamagedCheckpointIsRefused() throws IOException {
    byte[] bytes = trained();
    bytes[bytes.length / 2] ^= 4;
    Files.write(checkpoint, bytes);
    for (Outcome outcome : List.of(resume(), evaluate())) {
      outcome.failed(outcome.err().strip());
      assertThat(outcome.err()).startsWith(checkpoint + ": is damaged: its checksum is ");
    }
    assertThat(checkpoint).hasBinaryContent(bytes);
  }

  @Test
  void aCheckpointFromANewerFormatIsRefused() throws IOException {
    Files.createDirectory(run);
    new SafetensorsWriter().metadata("loxodrome_checkpoint", "2").write(checkpoint);
    String sentence =
        checkpoint
            + ": was written in checkpoint format 2, this version of Loxodrome reads format 1; use"
            + " the version that wrote it or a newer one";
    resume().failed(sentence);
    evaluate().failed(sentence);
  }

  @Test
  void aFileThatIsNoCheckpointIsRefused() throws IOException {
    Files.createDirectory(run);
    Files.writeString(checkpoint, "a text, and of more than eight bytes");
    Outcome outcome = evaluate();
    outcome.failed(outcome.err().strip());
    assertThat(outcome.err()).startsWith(checkpoint + ": the header length at byte 0 is ");
  }

  @Test
  void evaluatingNothingIsRefused() {
    evaluate().failed(run + ": there is no such file");
    Outcome.of("evaluate").wasMisused("loxodrome evaluate", "Missing required parameter: 'RUN'");
  }

  @Test
  void aRunThatDivergesSaysWhereAndWhatIsLeft() throws IOException {
    // One step an epoch: the first throws the weights far off, the second one's loss shows it.
    Outcome outcome = train("--batch", "30", "--learning-rate", "1e20", "--epochs", "3");
    assertThat(outcome.err())
        .matches(
            "training diverged at step 2 \\(epoch 2\\): the loss is \\S+, the first value that is"
                + " not finite is in \\S+; a smaller learning rate or clipped gradients may help;"
                + " the last good checkpoint is \\Q"
                + checkpoint
                + "\\E\n");
    outcome.failed(outcome.err().strip());
    Outcome evaluated = evaluate();
    assertThat(evaluated.code()).isZero();
  }

  @AfterEach
  void noTemporaryFileIsLeft() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".tmp"));
    }
  }
}
