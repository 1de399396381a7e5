package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.loxodrome.data.Dataset;
import io.loxodrome.ops.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingRunTest {
  private Path folder;

  @BeforeEach
  void chooseFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private RunFiles files(String name) {
    return new RunFiles(folder.resolve(name));
  }

  private static boolean never() {
    return false;
  }

  /** Asks to stop before step {@code steps} + 1, counted from when the run begins or goes on. */
  private static BooleanSupplier after(int steps) {
    // The trainer asks before each epoch and before each step, three to an epoch.
    int[] questions = {steps + 1 + steps / 3};
    return () -> questions[0]-- <= 0;
  }

  private static RunSummary run(
      String device,
      RunSettings settings,
      @Nullable RunFiles files,
      BooleanSupplier stop,
      int epochs)
      throws IOException {
    return run(device, settings, files, stop, epochs, null);
  }

  private static RunSummary run(RunSettings settings, @Nullable RunFiles files, int epochs)
      throws IOException {
    return run("cpu", settings, files, TrainingRunTest::never, epochs);
  }

  private static RunSummary resume(String device, RunFiles files, BooleanSupplier stop, int epochs)
      throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(files.checkpoint())) {
      RunSettings settings = checkpoint.description().settings();
      return run(device, settings, files, stop, epochs, checkpoint);
    }
  }

  private static RunSummary run(
      String name,
      RunSettings settings,
      @Nullable RunFiles files,
      BooleanSupplier stop,
      int epochs,
      @Nullable Checkpoint resumed)
      throws IOException {
    Device device = Device.open(name);
    try {
      return new TrainingRun(device, SmallDataset.create(), settings, files, stop)
          .run(epochs, resumed);
    } finally {
      // The device's own workspaces go with it; what is left then is a tensor that was not closed.
      device.close();
      assertThat(device.bytesInUse()).isZero();
    }
  }

  private static TrainingPosition position(RunFiles files) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(files.checkpoint())) {
      return checkpoint.description().position();
    }
  }

  private static void assertSameRun(RunFiles files, RunFiles expected) throws IOException {
    assertThat(files.checkpoint()).hasSameBinaryContentAs(expected.checkpoint());
    JsonObject summary = json(files.summary());
    JsonObject same = json(expected.summary());
    for (String key : List.of("seconds", "images_per_second")) {
      summary.remove(key);
      same.remove(key);
    }
    assertThat(summary).isEqualTo(same);
  }

  private static JsonObject json(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  private static List<JsonObject> metrics(RunFiles files) throws IOException {
    return Files.readAllLines(files.metrics()).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void theSameSeedGivesTheSameBits(String device) throws IOException {
    run(device, SmallDataset.settings(), files("one"), TrainingRunTest::never, 1);
    run(device, SmallDataset.settings(), files("two"), TrainingRunTest::never, 1);
    assertSameRun(files("two"), files("one"));
  }

  @Test
  void anotherSeedGivesOtherBits() throws IOException {
    RunSettings settings = SmallDataset.settings();
    RunSettings other = SmallDataset.settings(Map.of("seed", "6"));
    assertThat(run(other, null, 1).loss()).isNotEqualTo(run(settings, null, 1).loss());
  }

  @ParameterizedTest
  @EnumSource(names = {"SGD", "NESTEROV", "ADAM", "RIEMANNIAN"})
  void aRunThatGoesOnEndsAsAnUnbrokenOne(OptimizerChoice.Rule rule) throws IOException {
    RunSettings settings = SmallDataset.settings(rule);
    run(settings, files("unbroken"), 2);
    RunFiles afterEpoch = files("after epoch");
    run(settings, afterEpoch, 1);
    resume("cpu", afterEpoch, TrainingRunTest::never, 2);
    assertSameRun(afterEpoch, files("unbroken"));
    RunFiles amidEpoch = files("amid epoch");
    stop(settings, amidEpoch, 4);
    resume("cpu", amidEpoch, TrainingRunTest::never, 2);
    assertSameRun(amidEpoch, files("unbroken"));
    assertThat(metrics(amidEpoch)).hasSize(2);
  }

  private static void stop(RunSettings settings, RunFiles files, int step) throws IOException {
    assertThatThrownBy(() -> run("cpu", settings, files, after(step), 2))
        .isInstanceOf(RunStoppedException.class)
        .hasMessage(
            "stopped after step %d; saved, go on with --out %s --resume", step, files.folder());
    assertThat(position(files).steps()).isEqualTo(step);
  }

  @Test
  void aRunMayStopAfterEveryStepOnTheReferenceDeviceToo() throws IOException {
    run("reference", SmallDataset.settings(), files("unbroken"), TrainingRunTest::never, 1);
    RunFiles broken = files("broken");
    assertThatThrownBy(() -> run("reference", SmallDataset.settings(), broken, after(0), 1))
        .isInstanceOf(RunStoppedException.class);
    for (int step = 1; step < 3; step++) {
      assertThatThrownBy(() -> resume("reference", broken, after(1), 1))
          .isInstanceOf(RunStoppedException.class);
      assertThat(position(broken).steps()).isEqualTo(step);
    }
    resume("reference", broken, TrainingRunTest::never, 1);
    assertSameRun(broken, files("unbroken"));
  }

  @Test
  void aRunLeavesItsFiles() throws IOException {
    RunFiles files = files("deep/run");
    RunSummary summary = run(SmallDataset.settings(), files, 2);
    try (Stream<Path> left = Files.list(files.folder())) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "metrics.jsonl",
              "summary.json",
              "checkpoint.safetensors",
              "accuracy_by_angle.png",
              "accuracy_by_angle.svg");
    }
    JsonObject json = json(files.summary());
    assertThat(json.keySet())
        .containsExactly(
            "dataset",
            "manifold",
            "device",
            "seed",
            "epochs",
            "seconds",
            "images_per_second",
            "accuracy_seen",
            "accuracy_unseen",
            "accuracy_by_angle",
            "loss");
    assertThat(json.get("dataset").getAsString()).isEqualTo("small");
    assertThat(json.get("manifold").getAsString()).isEqualTo("ellipse");
    assertThat(json.get("device").getAsString()).isEqualTo("cpu");
    assertThat(json.get("seed").getAsLong()).isEqualTo(5);
    assertThat(json.get("epochs").getAsInt()).isEqualTo(2);
    assertThat(json.get("images_per_second").getAsDouble()).isPositive();
    assertThat(json.get("accuracy_by_angle").getAsJsonArray()).hasSize(360);
    assertThat(json.get("loss").getAsDouble()).isEqualTo(summary.loss());
  }

  @Test
  void metricsHaveALineAnEpoch() throws IOException {
    RunFiles files = files("run");
    RunSummary summary = run(SmallDataset.settings(), files, 2);
    List<JsonObject> lines = metrics(files);
    assertThat(lines).hasSize(2);
    for (int epoch = 1; epoch <= 2; epoch++) {
      JsonObject line = lines.get(epoch - 1);
      assertThat(line.keySet()).containsExactly("epoch", "steps", "loss", "images_per_second");
      assertThat(line.get("epoch").getAsInt()).isEqualTo(epoch);
      assertThat(line.get("steps").getAsInt()).isEqualTo(3 * epoch);
      assertThat(line.get("images_per_second").getAsDouble()).isPositive();
    }
    assertThat(lines.get(1).get("loss").getAsDouble()).isEqualTo(summary.loss());
  }

  @Test
  void anEpochIsLoggedBeforeItIsSaved() throws IOException {
    RunFiles files = files("run");
    Files.createDirectories(files.checkpoint().resolve("in the way"));
    assertThatThrownBy(() -> run(SmallDataset.settings(), files, 1))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(files.checkpoint() + " could not be written");
    assertThat(metrics(files)).hasSize(1);
  }

  @Test
  void aLineOfAnEpochThatWasNotSavedIsWrittenAgain() throws IOException {
    RunFiles files = files("run");
    run(SmallDataset.settings(), files, 1);
    byte[] afterFirstEpoch = Files.readAllBytes(files.checkpoint());
    String firstLine = Files.readString(files.metrics());
    resume("cpu", files, TrainingRunTest::never, 2);
    byte[] afterSecondEpoch = Files.readAllBytes(files.checkpoint());
    Files.write(files.checkpoint(), afterFirstEpoch);
    resume("cpu", files, TrainingRunTest::never, 2);
    assertThat(files.metrics()).content().startsWith(firstLine);
    assertThat(metrics(files))
        .extracting(line -> line.get("epoch").getAsInt())
        .containsExactly(1, 2);
    assertThat(files.checkpoint()).hasBinaryContent(afterSecondEpoch);
  }

  @Test
  void trainingLearns() throws IOException {
    RunSettings settings = SmallDataset.settings(Map.of("learning_rate", "0.005"));
    RunSummary summary = run(settings, null, 20);
    assertThat(summary.accuracyUnseen().orElseThrow()).isGreaterThan(0.6);
    assertThat(summary.loss()).isLessThan(0.5);
  }

  @Test
  void theLimitCutsBothSets() throws IOException {
    RunSettings limited = SmallDataset.settings(Map.of("limit", "4", "batch", "3"));
    RunFiles files = files("run");
    RunSummary summary = run(limited, files, 1);
    assertThat(position(files).steps()).isEqualTo(1);
    assertThat(summary.accuracyByAngle().stream().filter(share -> !share.isNaN())).hasSize(16);
  }

  @Test
  void aStopInEvaluationLeavesTheTrainedRun() throws IOException {
    run(SmallDataset.settings(), files("unbroken"), 1);
    RunFiles files = files("run");
    // Once before the epoch, thrice before steps, and once when they are taken.
    int[] questions = {5};
    BooleanSupplier stop = () -> questions[0]-- <= 0;
    assertThatThrownBy(() -> run("cpu", SmallDataset.settings(), files, stop, 1))
        .isInstanceOf(RunStoppedException.class)
        .hasMessage(
            "evaluation was stopped after 0 of 24 images; training is over, saved, go on with"
                + " --out %s --resume",
            files.folder());
    assertThat(files.summary()).doesNotExist();
    assertThat(files.checkpoint()).hasSameBinaryContentAs(files("unbroken").checkpoint());
    resume("cpu", files, TrainingRunTest::never, 1);
    assertSameRun(files, files("unbroken"));
  }

  @Test
  void aStopWithoutAFolderSaysThatNothingWasSaved() {
    assertThatThrownBy(() -> run("cpu", SmallDataset.settings(), null, after(1), 1))
        .isInstanceOf(RunStoppedException.class)
        .hasMessage(
            "stopped after step 1; nothing was saved, because the run has no folder (--out)");
  }

  @Test
  void aLossThatIsNotFiniteStopsTheRunAndLeavesTheLastCheckpoint() throws IOException {
    // One step an epoch: the first one throws the weights far off, the second one's loss shows it.
    RunSettings settings = oneStepAnEpoch("1e20");
    RunFiles files = files("run");
    assertThatThrownBy(() -> run("cpu", settings, files, TrainingRunTest::never, 3))
        .isInstanceOf(DivergedException.class)
        .hasMessageMatching(
            "training diverged at step 2 \\(epoch 2\\): the loss is (NaN|Infinity), the first value"
                + " that is not finite is in (conv[123]|linear[12]); a smaller learning rate or"
                + " clipped gradients may help; the last good checkpoint is \\Q"
                + files.checkpoint()
                + "\\E");
    assertThat(position(files).steps()).isEqualTo(1);
    assertFinite(files);
    assertThat(metrics(files)).hasSize(1);
    assertThat(files.summary()).doesNotExist();
  }

  /** All images in a batch, so that each step ends an epoch. */
  private static RunSettings oneStepAnEpoch(String learningRate) {
    return SmallDataset.settings(Map.of("batch", "20", "learning_rate", learningRate));
  }

  private static void assertFinite(RunFiles files) throws IOException {
    try (SafetensorsReader reader = SafetensorsReader.open(files.checkpoint())) {
      for (String name : reader.tensors().keySet()) {
        float[] values = new float[(int) reader.tensors().get(name).shape().size()];
        reader.read(name).asFloatBuffer().get(values);
        for (float value : values) {
          assertThat(value).as(name).isFinite();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aParameterThatIsNotFiniteIsNeitherSavedNorEvaluated(boolean withFiles) {
    RunFiles files = withFiles ? files("run") : null;
    assertThatThrownBy(() -> run("cpu", oneStepAnEpoch("1e39"), files, TrainingRunTest::never, 1))
        .isInstanceOf(DivergedException.class)
        .hasMessageMatching(
            "training diverged at step 1 \\(epoch 1\\): \\S+ holds (NaN|-?Infinity); a smaller"
                + " learning rate or clipped gradients may help; no checkpoint was saved");
    assertThat(files("run").checkpoint()).doesNotExist();
  }

  @Test
  void aRunCannotEndBeforeItsCheckpoint() throws IOException {
    RunFiles files = files("run");
    run(SmallDataset.settings(), files, 2);
    byte[] summary = Files.readAllBytes(files.summary());
    assertThatThrownBy(() -> resume("cpu", files, TrainingRunTest::never, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("epochs is 1, but the run is in epoch 2 already");
    assertThat(files.summary()).hasBinaryContent(summary);
  }

  @Test
  void aRunCannotGoOnWithOtherSettingsOrData() throws IOException {
    RunFiles files = files("run");
    run(SmallDataset.settings(), files, 1);
    try (Checkpoint checkpoint = Checkpoint.open(files.checkpoint());
        Device device = Device.open("cpu")) {
      Dataset data = SmallDataset.create();
      TrainingRun other =
          new TrainingRun(
              device,
              data,
              SmallDataset.settings(Map.of("learning_rate", "0.5")),
              files,
              TrainingRunTest::never);
      assertThatThrownBy(() -> other.run(2, checkpoint))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "%s: is of another run: its learning_rate is 0.01, here it is 0.5",
              files.checkpoint());
      Dataset fewer =
          new Dataset("small", data.train().take(19), data.test(), data.normalization());
      TrainingRun less =
          new TrainingRun(device, fewer, SmallDataset.settings(), files, TrainingRunTest::never);
      assertThatThrownBy(() -> less.run(2, checkpoint))
          .isInstanceOf(CheckpointException.class)
          .hasMessage("%s: is of another run: its images is 20, here it is 19", files.checkpoint());
    }
  }

  @Test
  void aSurfaceCannotBeConditionedOnAnAngle() {
    RunSettings torus = SmallDataset.settings(Map.of("manifold", "torus"));
    assertThatThrownBy(() -> run(torus, null, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "manifold torus takes 2 conditioning values, an angle is one; use a curve or the"
                + " point");
  }

  @ParameterizedTest
  @ValueSource(strings = {"point", "rod", "spline:5:periodic"})
  void thePointAndOtherCurvesTrain(String manifold) throws IOException {
    RunSettings on = SmallDataset.settings(Map.of("manifold", manifold));
    assertThat(run(on, null, 1).manifold()).isEqualTo(manifold);
  }
}
