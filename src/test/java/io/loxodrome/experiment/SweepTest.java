package io.loxodrome.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loxodrome.train.RunStoppedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
  private Path folder;

  private final FakeRuns engine = new FakeRuns();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private boolean stop;

  @BeforeEach
  void inItsOwnFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  @AfterEach
  void everyDeviceIsClosed() {
    assertThat(engine.open).isZero();
  }

  private void sweep(Experiment experiment, long seeds, int together, int jobs) throws IOException {
    ExperimentFolder files = new ExperimentFolder(folder);
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    try (RunStore store = RunStore.open(folder)) {
      new Sweep(
              experiment,
              new Sweep.Plan(Points.seeds(1, seeds), together, jobs),
              files,
              store,
              engine,
              5,
              SweepProgress.inLines(out, System::nanoTime),
              () -> stop)
          .run();
    }
  }

  private void sweep(String... methods) throws IOException {
    sweep(Points.experiment(methods), 2, 20, 1);
  }

  private List<Long> seeds(String method) throws IOException {
    try (RunStore store = RunStore.open(folder)) {
      return store.seeds(Points.of(method));
    }
  }

  @Test
  void everyPointIsRunWithAllSeedsAtOnce() throws IOException {
    sweep("ellipse", "none");
    assertThat(engine.ran).containsExactly("ellipse [1, 2]", "none [1, 2]");
    assertThat(seeds("ellipse")).containsExactly(1L, 2L);
    assertThat(seeds("none")).containsExactly(1L, 2L);
    assertThat(folder.resolve("checkpoints")).doesNotExist();
  }

  @Test
  void whatIsFinishedIsNeverRunAgain() throws IOException {
    sweep("ellipse", "none");
    engine.ran.clear();
    sweep("ellipse", "none");
    assertThat(engine.ran).isEmpty();
    assertThat(engine.opened).isEqualTo(1);
  }

  @Test
  void moreSeedsAndPointsAddOnlyWhatIsMissing() throws IOException {
    sweep("ellipse");
    engine.ran.clear();
    sweep(Points.experiment("ellipse", "none"), 5, 2, 1);
    assertThat(engine.ran)
        .containsExactly("ellipse [3, 4]", "ellipse [5]", "none [1, 2]", "none [3, 4]", "none [5]");
    assertThat(seeds("ellipse")).isEqualTo(Points.seeds(1, 5));
  }

  @Test
  void onePointInTwoSeriesIsRunOnce() throws IOException {
    Experiment.Axis axis = new Experiment.Axis("x", Experiment.Scale.STEPS);
    Experiment.Cell one = new Experiment.Cell("one", "a", Points.ELLIPSE);
    Experiment.Cell two = new Experiment.Cell("two", "a", Points.ELLIPSE);
    sweep(new Experiment("test", "A test", axis, "accuracy", List.of(one, two)), 1, 1, 1);
    assertThat(engine.ran).containsExactly("ellipse [1]");
  }

  @Test
  void aKilledSweepGoesOnFromItsCheckpoint() throws IOException {
    engine.killing = "none";
    assertThatExceptionOfType(FakeRuns.Killed.class)
        .isThrownBy(() -> sweep("ellipse", "none", "concat"));
    assertThat(seeds("ellipse")).containsExactly(1L, 2L);
    assertThat(seeds("none")).isEmpty();
    engine.killing = "";
    engine.ran.clear();
    sweep("ellipse", "none", "concat");
    assertThat(engine.ran).containsExactly("none [1, 2] resumed", "concat [1, 2]");
    assertThat(folder.resolve("checkpoints")).doesNotExist();
  }

  private List<String> checkpoints() throws IOException {
    Path checkpoints = folder.resolve("checkpoints");
    if (!Files.exists(checkpoints)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(checkpoints)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private void killed(Experiment experiment, long seeds, int together) {
    assertThatExceptionOfType(FakeRuns.Killed.class)
        .isThrownBy(() -> sweep(experiment, seeds, together, 1));
  }

  @Test
  void aCheckpointOfSeedsThatOtherCommandsFinishedIsDeleted() throws IOException {
    engine.killing = "none";
    killed(Points.experiment("ellipse", "none"), 3, 20);
    assertThat(checkpoints()).hasSize(1);
    killed(Points.experiment("ellipse", "none"), 5, 20);
    assertThat(checkpoints()).as("nothing of none is finished: either may go on").hasSize(2);
    engine.killing = "";
    sweep(Points.experiment("ellipse", "none"), 5, 20, 1);
    assertThat(engine.ran).contains("none [1, 2, 3, 4, 5] resumed");
    assertThat(checkpoints()).isEmpty();
    assertThat(folder.resolve("checkpoints")).doesNotExist();
  }

  @Test
  void aCheckpointThatMayBeGoneOnFromIsKept() throws IOException {
    engine.killing = "none";
    killed(Points.experiment("none"), 3, 20);
    List<String> kept = checkpoints();
    sweep("ellipse");
    assertThat(checkpoints()).as("of another experiment in the folder").isEqualTo(kept);
    sweep("ellipse");
    assertThat(checkpoints()).as("where there is nothing to run").isEqualTo(kept);
    engine.killing = "";
    sweep(Points.experiment("none"), 3, 20, 1);
    assertThat(engine.ran).last().isEqualTo("none [1, 2, 3] resumed");
    assertThat(checkpoints()).isEmpty();
  }

  @Test
  void seedsThatWereFinishedTogetherWithOthersSpendTheirCheckpoint() throws IOException {
    engine.killing = "none";
    killed(Points.experiment("none"), 4, 20);
    killed(Points.experiment("none"), 4, 2);
    assertThat(checkpoints()).hasSize(2);
    engine.killing = "";
    sweep(Points.experiment("none"), 2, 2, 1);
    assertThat(engine.ran).last().isEqualTo("none [1, 2] resumed");
    assertThat(checkpoints()).isEmpty();
  }

  @Test
  void whatIsNoCheckpointStaysAndWhatAKillLeftHalfWrittenGoes() throws IOException {
    Path checkpoints = Files.createDirectories(folder.resolve("checkpoints"));
    Files.writeString(checkpoints.resolve("notes.safetensors"), "mine");
    Files.writeString(checkpoints.resolve("0123.safetensors.77.tmp"), "half");
    sweep("ellipse");
    assertThat(checkpoints()).containsExactly("notes.safetensors");
  }

  @Test
  void aPointThatDivergesDoesNotKeepOthersFromBeingRun() throws IOException {
    engine.diverging = "ellipse";
    assertThatExceptionOfType(SweepException.class)
        .isThrownBy(() -> sweep("ellipse", "none"))
        .withMessageStartingWith("1 of the experiment's parts came to nothing")
        .withMessageContaining("ellipse, turned:fixed:36, sgd, 2 seeds")
        .withMessageContaining("the loss is NaN");
    assertThat(seeds("ellipse")).isEmpty();
    assertThat(seeds("none")).containsExactly(1L, 2L);
  }

  @Test
  void aDeviceThatBreaksDownEndsTheSweep() throws IOException {
    engine.breaking = "none";
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> sweep("ellipse", "none", "concat"))
        .withMessage("the device broke down");
    assertThat(engine.ran).hasSize(2);
    assertThat(seeds("ellipse")).containsExactly(1L, 2L);
  }

  @Test
  void aSweepThatIsStoppedSaysHowToGoOn() throws IOException {
    stop = true;
    assertThatExceptionOfType(RunStoppedException.class)
        .isThrownBy(() -> sweep("ellipse"))
        .withMessage("the experiment was stopped; the same command goes on with " + folder);
    assertThat(engine.ran).isEmpty();
    stop = false;
    sweep("ellipse");
    assertThat(seeds("ellipse")).containsExactly(1L, 2L);
  }

  @Test
  void jobsShareTheWork() throws IOException {
    sweep(Points.experiment("ellipse", "none", "concat", "embed", "line"), 2, 1, 3);
    assertThat(engine.opened).isEqualTo(3);
    assertThat(engine.sharers).containsExactly(3, 3, 3);
    assertThat(engine.ran).hasSize(10).doesNotHaveDuplicates();
    assertThat(seeds("line")).containsExactly(1L, 2L);
  }

  @Test
  void thereAreNoMoreJobsThanWork() throws IOException {
    sweep(Points.experiment("ellipse"), 2, 2, 8);
    assertThat(engine.opened).isEqualTo(1);
    assertThat(engine.sharers).containsExactly(1);
  }

  @Test
  void progressCountsRunsOfTheWholeSweep() throws IOException {
    sweep("ellipse");
    sweep("ellipse", "none", "concat");
    assertThat(
            said.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceAll(", [0-9:]+ left$", "")))
        .containsExactly(
            "ellipse, turned:fixed:36, sgd, 2 seeds: accuracy 0.1500 ± 0.0707; 2 of 2 runs",
            "2 of 6 runs were finished before",
            "none, turned:fixed:36, sgd, 2 seeds: accuracy 0.1500 ± 0.0707; 4 of 6 runs",
            "concat, turned:fixed:36, sgd, 2 seeds: accuracy 0.1500 ± 0.0707; 6 of 6 runs");
  }

  @Test
  void aPlanHasSeedsAndJobs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sweep.Plan(List.of(), 1, 1))
        .withMessage("seeds are [], expected at least one, each once");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sweep.Plan(List.of(1L, 1L), 1, 1))
        .withMessage("seeds are [1, 1], expected at least one, each once");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sweep.Plan(List.of(1L), 0, 1))
        .withMessage("together is 0, must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sweep.Plan(List.of(1L), 1, 0))
        .withMessage("jobs is 0, must be at least 1");
  }

  @Test
  void checkpointsOfOtherPointsAndSeedsHaveOtherNames() {
    ExperimentFolder files = new ExperimentFolder(folder);
    assertThat(
            List.of(
                files.checkpoint(Points.ELLIPSE, List.of(1L, 2L)),
                files.checkpoint(Points.ELLIPSE, List.of(1L)),
                files.checkpoint(Points.of("none"), List.of(1L, 2L))))
        .doesNotHaveDuplicates();
    assertThat(Files.exists(folder.resolve("checkpoints"))).isFalse();
  }
}
