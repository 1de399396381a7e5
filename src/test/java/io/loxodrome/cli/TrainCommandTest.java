package io.loxodrome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
  private Path folder;
  private Path data;

  @BeforeEach
  void writeData(@TempDir Path temporary) throws IOException {
    folder = temporary;
    data = FashionFiles.write(folder.resolve("data"));
  }

  /** Trains on the small data on the CPU in batches of 10, three an epoch. */
  private Outcome train(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("train", "--data", data.toString(), "--device", "cpu"));
    if (!List.of(more).contains("--resume")) {
      arguments.addAll(List.of("--batch", "10"));
    }
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray(String[]::new));
  }

  private String out(String name) {
    return folder.resolve(name).toString();
  }

  private JsonObject summary(String run) throws IOException {
    String text = Files.readString(folder.resolve(run).resolve("summary.json"));
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private Path checkpoint(String run) {
    return folder.resolve(run).resolve("checkpoint.safetensors");
  }

  private static String line(String text, String name) {
    return text.lines()
        .filter(line -> line.strip().startsWith(name))
        .map(line -> line.strip().substring(name.length()).strip())
        .findFirst()
        .orElse("no line of " + name);
  }

  @Test
  void aRunReportsItselfAndLeavesItsFiles() throws IOException {
    Outcome outcome = train("--epochs", "2", "--out", out("run")).succeeded();
    assertThat(outcome.out())
        .startsWith("ellipse on fashion-mnist, 2 epochs, seed 1, device cpu\n");
    assertThat(line(outcome.out(), "files")).isEqualTo(out("run"));
    try (Stream<Path> files = Files.list(folder.resolve("run"))) {
      assertThat(files).hasSize(5).allSatisfy(file -> assertThat(file).isNotEmptyFile());
    }
    JsonObject summary = summary("run");
    assertThat(summary.get("epochs").getAsInt()).isEqualTo(2);
    assertThat(summary.get("accuracy_by_angle").getAsJsonArray()).hasSize(360);
  }

  @Test
  void stabilityIsEstimatedAfterEachEpochAndSaysWhatItAssumes() throws IOException {
    Outcome outcome = train("--epochs", "2", "--stability", "--out", out("run")).succeeded();
    assertThat(outcome.out())
        .contains("estimates after the last epoch\n  contraction rate of conv1: ")
        .containsPattern("uniform stability, at most: .* \\(estimate, if training contracts at");
    List<String> lines = Files.readAllLines(folder.resolve("run").resolve("metrics.jsonl"));
    assertThat(lines).hasSize(2);
    for (String line : lines) {
      JsonObject metrics = JsonParser.parseString(line).getAsJsonObject();
      for (String module : List.of("conv1", "conv2", "conv3", "linear1", "linear2", "joint")) {
        assertThat(metrics.get("rate." + module).getAsDouble()).as(module).isBetween(0.0, 5.0);
      }
      assertThat(metrics.get("rate.composed").getAsDouble()).isLessThan(1);
    }
    train("--epochs", "2", "--out", out("without")).succeeded();
    assertThat(checkpoint("run")).hasSameBinaryContentAs(checkpoint("without"));
  }

  @Test
  void aRunWithoutAFolderLeavesNothing() throws IOException {
    Outcome outcome = train("--epochs", "1").succeeded();
    assertThat(outcome.out()).contains("loss in the last epoch").doesNotContain("files");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(data);
    }
  }

  @Test
  void optionsBecomeTheSettings() throws IOException {
    train(
            "--epochs=1",
            "--manifold=spline:5:periodic",
            "--angles=arc:0.25",
            "--optimizer=AdamW",
            "--form=paper",
            "--learning-rate=0.002",
            "--weight-decay=0.1",
            "--clip=3",
            "--l2=0.002",
            "--seed=-9",
            "--limit=20",
            "--out=" + out("run"))
        .succeeded();
    JsonObject summary = summary("run");
    assertThat(summary.get("manifold").getAsString()).isEqualTo("spline:5:periodic");
    assertThat(summary.get("seed").getAsLong()).isEqualTo(-9);
    assertThat(new String(Files.readAllBytes(checkpoint("run")), StandardCharsets.ISO_8859_1))
        .contains("\"angles\":\"arc:0.25\"")
        .contains("\"optimizer\":\"adamw\"")
        .contains("\"form\":\"paper\"")
        .contains("\"learning_rate\":\"0.002\"")
        .contains("\"weight_decay\":\"0.1\"")
        .contains("\"clip\":\"3.0\"")
        .contains("\"l2\":\"0.002\"")
        .contains("\"batch\":\"10\"")
        .contains("\"limit\":\"20\"")
        .contains("\"images\":\"20\"");
  }

  @Test
  void theLayerwiseMetricHasSettingsOfItsOwn() throws IOException {
    String optimizer = "--optimizer=riemannian";
    train("--epochs=1", optimizer, "--probes=exact", "--mu=0.5", "--out=" + out("a")).succeeded();
    assertThat(new String(Files.readAllBytes(checkpoint("a")), StandardCharsets.ISO_8859_1))
        .contains("\"optimizer\":\"riemannian\"")
        .contains("\"learning_rate\":\"0.2\"")
        .contains("\"clip\":\"1.0\"")
        .contains("\"momentum\":\"0.0\"")
        .contains("\"probes\":\"exact\"")
        .contains("\"damping\":\"0.5\"");
    train("--epochs=1", optimizer, "--out=" + out("b")).succeeded();
    train("--epochs=2", "--resume", "--out=" + out("b")).succeeded();
    train("--epochs=2", optimizer, "--probes=1", "--mu=0.1", "--out=" + out("c")).succeeded();
    assertThat(checkpoint("b")).hasSameBinaryContentAs(checkpoint("c"));
  }

  @Test
  void probesAndDampingOutOfRangeAreUsageErrors() {
    assertThat(train("--optimizer=riemannian", "--probes=few").err())
        .contains("probes is 'few', expected a whole number or exact");
    assertThat(train("--optimizer=riemannian", "--probes=0").err())
        .contains("probes is 0, must be at least 1");
    assertThat(train("--optimizer=riemannian", "--mu=-1").err())
        .contains("damping is -1.0, must be at least 0");
  }

  @Test
  void aRunThatGoesOnEndsAsAnUnbrokenOne() throws IOException {
    train("--epochs", "2", "--out", out("unbroken")).succeeded();
    train("--epochs", "1", "--out", out("broken")).succeeded();
    train("--epochs", "2", "--out", out("broken"), "--resume").succeeded();
    assertThat(checkpoint("broken")).hasSameBinaryContentAs(checkpoint("unbroken"));
    assertThat(Files.readAllLines(folder.resolve("broken").resolve("metrics.jsonl"))).hasSize(2);
    for (String key : List.of("loss", "accuracy_seen", "accuracy_unseen", "accuracy_by_angle")) {
      assertThat(summary("broken").get(key)).isEqualTo(summary("unbroken").get(key));
    }
  }

  @Test
  void aRunGoesOnWithItsOwnSettings() throws IOException {
    train("--epochs", "1", "--optimizer", "adam", "--seed", "4", "--out", out("run")).succeeded();
    train("--epochs", "2", "--optimizer", "adam", "--seed", "4", "--out", out("run"), "--resume")
        .succeeded();
    assertThat(summary("run").get("seed").getAsLong()).isEqualTo(4);
  }

  @Test
  void compressedFilesTrainAsPlainOnesDo() throws IOException {
    train("--epochs", "1", "--out", out("plain")).succeeded();
    Path images = data.resolve(FashionFiles.TRAIN_IMAGES);
    Files.write(
        data.resolve(FashionFiles.TRAIN_IMAGES + ".gz"),
        FashionFiles.gzip(Files.readAllBytes(images)));
    Files.delete(images);
    train("--epochs", "1", "--out", out("compressed")).succeeded();
    assertThat(checkpoint("compressed")).hasSameBinaryContentAs(checkpoint("plain"));
  }

  @Test
  void evaluateReportsWhatTrainDid() {
    Outcome trained = train("--epochs", "2", "--angles", "fixed:180", "--out", out("run"));
    trained.succeeded();
    for (String run : List.of(out("run"), checkpoint("run").toString())) {
      Outcome evaluated =
          Outcome.of("evaluate", run, "--data", data.toString(), "--device", "cpu").succeeded();
      assertThat(evaluated.out()).startsWith("ellipse on fashion-mnist\n");
      for (String name :
          List.of("accuracy at angles trained on", "accuracy at angles never seen")) {
        assertThat(line(evaluated.out(), name))
            .matches("0\\.\\d{4}|1\\.0000")
            .isEqualTo(line(trained.out(), name));
      }
    }
  }

  @Test
  void evaluateUsesTheImagesOfTheRun() {
    Outcome trained = train("--epochs", "1", "--limit", "10", "--out", out("run")).succeeded();
    Outcome evaluated =
        Outcome.of("evaluate", out("run"), "--data", data.toString(), "--device", "cpu");
    String name = "accuracy at angles never seen";
    assertThat(line(evaluated.out(), name)).isEqualTo(line(trained.out(), name));
  }

  @Test
  void anInterruptedEvaluationEndsAsInterruptedProgramsDo() {
    train("--epochs", "1", "--out", out("run")).succeeded();
    Interrupt interrupt = new Interrupt();
    interrupt.request();
    Outcome outcome =
        Outcome.of(interrupt, "evaluate", out("run"), "--data", data.toString(), "--device", "cpu");
    assertThat(outcome)
        .isEqualTo(
            new Outcome(130, "", "evaluation was stopped after 0 of 48 images%n".formatted()));
  }

  @Test
  void aRunInterruptedBeforeItsFirstStepIsSavedToo() throws IOException {
    Interrupt interrupt = new Interrupt();
    interrupt.request();
    String[] arguments = {
      "train",
      "--data",
      data.toString(),
      "--device",
      "cpu",
      "--batch",
      "10",
      "--epochs",
      "1",
      "--out",
      out("run")
    };
    assertThat(Outcome.of(interrupt, arguments))
        .isEqualTo(
            new Outcome(
                130,
                "",
                "stopped after step 0; saved, go on with --out %s --resume%n"
                    .formatted(out("run"))));
    train("--epochs", "1", "--out", out("run"), "--resume").succeeded();
    train("--epochs", "1", "--out", out("unbroken")).succeeded();
    assertThat(checkpoint("run")).hasSameBinaryContentAs(checkpoint("unbroken"));
  }
}
