package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.data.Dataset;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.data.NoiseSchedule;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.PaperCnn;
import io.loxodrome.ops.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaRunTest {
  private static final ImageTask TURNED = ImageTask.turned(new FixedAngles(4));
  private static final OptimizerChoice SGD = OptimizerChoice.of(OptimizerChoice.Rule.SGD);

  private final Device device = Device.open("cpu");
  private final Dataset data = SmallDataset.create();

  @AfterEach
  void everythingIsFreed() {
    device.close();
    assertThat(device.bytesInUse()).isZero();
  }

  /** Wants no more after a number of steps. */
  private static final class Stop implements TrainingListener {
    private final int after;
    private int steps;

    Stop(int after) {
      this.after = after;
    }

    static Stop never() {
      return new Stop(-1);
    }

    @Override
    public void afterStep(int images, double loss) {
      steps++;
    }

    @Override
    public void afterEpoch(int epoch, double loss) {}

    @Override
    public boolean stopRequested() {
      return steps == after;
    }
  }

  private static ReplicaSettings settings(
      ImageTask task, OptimizerChoice optimizer, Long... seeds) {
    return new ReplicaSettings(
        "paper-cnn", WeightManifold.parse("ellipse"), task, optimizer, 6, 3, List.of(seeds));
  }

  private ReplicaRun run(ReplicaSettings settings, Path checkpoint) {
    return new ReplicaRun(device, data, settings, PaperCnn::initialized, checkpoint);
  }

  private ReplicaRun.Outcome result(ReplicaSettings settings) throws IOException {
    return new ReplicaRun(device, data, settings, PaperCnn::initialized, null).run(2, Stop.never());
  }

  @ParameterizedTest
  @ValueSource(strings = {"turned:fixed:4", "turned:arc:0.25", "noisy:0.5", "unconditioned"})
  void eachIsJudgedAsItWouldBeAlone(String spec) throws IOException {
    ImageTask task = ImageTask.parse(spec);
    assertThat(task.spec()).isEqualTo(spec);
    List<ReplicaResult> together = result(settings(task, SGD, 1L, 2L, 3L)).networks();
    for (int r = 0; r < 3; r++) {
      ReplicaResult own = together.get(r);
      ReplicaResult alone = result(settings(task, SGD, r + 1L)).networks().get(0);
      assertThat(own.seed()).isEqualTo(r + 1L);
      assertThat(own.levels()).isEqualTo(alone.levels());
      assertThat(own.loss() / alone.loss()).isBetween(1 - 1e-5, 1 + 1e-5);
    }
    assertThat(together.get(0).loss()).isNotEqualTo(together.get(1).loss());
  }

  @Test
  void turnedImagesAreJudgedAtAllAngles() throws IOException {
    ReplicaResult result = result(settings(TURNED, SGD, 1L)).networks().get(0);
    assertThat(result.levels()).hasSize(360);
    assertThat(result.levels().stream().filter(LevelAccuracy::trained)).hasSize(4);
    assertThat(result.levels().get(90).place()).containsExactly(0.25);
    int shown = result.levels().stream().mapToInt(LevelAccuracy::shown).sum();
    assertThat(shown).isEqualTo(SmallDataset.TEST * 4);
    assertThat(result.accuracy()).isPresent();
  }

  @Test
  void scaledImagesAreJudgedAtAllAnglesAndPhases() throws IOException {
    String spec = "scaled:1.5:fixed:4/arc:0.5";
    ImageTask task = ImageTask.parse(spec);
    assertThat(task.spec()).isEqualTo(spec);
    List<ReplicaResult> together = result(onTorus(task, 1L, 2L)).networks();
    List<LevelAccuracy> levels = together.get(0).levels();
    assertThat(levels).hasSize(36 * 12);
    assertThat(levels.get(9 * 12 + 6).place()).containsExactly(0.25, 0.5);
    assertThat(levels.stream().filter(LevelAccuracy::trained)).hasSize(4 * 6);
    assertThat(levels.stream().mapToInt(LevelAccuracy::shown).sum())
        .isEqualTo(SmallDataset.TEST * 4);
    ReplicaResult alone = result(onTorus(task, 2L)).networks().get(0);
    assertThat(together.get(1).levels()).isEqualTo(alone.levels());
    assertThat(together.get(1).loss() / alone.loss()).isBetween(1 - 1e-5, 1 + 1e-5);
  }

  private static ReplicaSettings onTorus(ImageTask task, Long... seeds) {
    return new ReplicaSettings(
        "paper-cnn", WeightManifold.parse("torus"), task, SGD, 6, 3, List.of(seeds));
  }

  @Test
  void noiseIsJudgedUpToItsMaximumAndBeyond() throws IOException {
    ImageTask task = ImageTask.noisy(new NoiseSchedule(0.5));
    ReplicaResult result = result(settings(task, SGD, 1L)).networks().get(0);
    assertThat(result.levels()).hasSize(28);
    assertThat(result.levels().get(20).place()).containsExactly(0.5);
    assertThat(result.levels().get(27).place()).containsExactly(1.0);
    assertThat(result.levels().stream().filter(LevelAccuracy::trained)).hasSize(21);
    ImageTask all = ImageTask.noisy(new NoiseSchedule(1));
    ReplicaResult whole = result(settings(all, SGD, 1L)).networks().get(0);
    assertThat(whole.levels()).hasSize(21);
    assertThat(whole.unseen()).isEmpty();
  }

  @Test
  void anUnconditionedNetworkIsJudgedAtItsOwnAndAtFixedPlaces() throws IOException {
    ReplicaResult result = result(settings(ImageTask.unconditioned(), SGD, 1L)).networks().get(0);
    assertThat(result.levels()).hasSize(9).allMatch(level -> level.shown() == SmallDataset.TEST);
    assertThat(result.levels().get(0).place()).containsExactly(Double.NaN);
    assertThat(result.levels().get(1).place()).containsExactly(0.0625);
    assertThat(result.seen()).hasValue(result.levels().get(0).accuracy());
  }

  @ParameterizedTest
  @ValueSource(strings = {"turned:fixed:4", "noisy:0.5", "unconditioned"})
  void aRunThatWasStoppedEndsWithTheSameBits(String spec, @TempDir Path folder) throws IOException {
    OptimizerChoice adam = OptimizerChoice.of(OptimizerChoice.Rule.ADAMW);
    ReplicaSettings settings = settings(ImageTask.parse(spec), adam, 1L, 2L);
    Path unbroken = folder.resolve("unbroken");
    Path broken = folder.resolve("broken");
    run(settings, unbroken).run(3, Stop.never());
    for (int steps : List.of(2, 3, 1)) {
      assertThatThrownBy(() -> run(settings, broken).run(3, new Stop(steps)))
          .isInstanceOf(RunStoppedException.class);
    }
    run(settings, broken).run(3, Stop.never());
    assertThat(broken).hasSameBinaryContentAs(unbroken);
    ReplicaRun.Outcome again = run(settings, broken).run(3, Stop.never());
    assertThat(again.imagesPerSecond()).isZero();
    assertThat(again.networks()).isEqualTo(run(settings, unbroken).run(3, Stop.never()).networks());
  }

  @Test
  void aCheckpointOfOtherSeedsIsRefused(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("checkpoint");
    run(settings(TURNED, SGD, 1L, 2L), file).run(1, Stop.never());
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(() -> run(settings(TURNED, SGD, 1L, 3L), file).run(2, Stop.never()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("its seeds is 1 2, here it is 1 3");
    assertThat(file).hasBinaryContent(before);
  }

  @Test
  void aCheckpointWithAnotherPenaltyIsRefused(@TempDir Path folder) throws IOException {
    Path without = folder.resolve("without");
    run(settings(TURNED, SGD, 1L), without).run(1, Stop.never());
    assertThatThrownBy(
            () -> run(settings(TURNED, SGD.withL2(0.5), 1L), without).run(2, Stop.never()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("its l2 is null, here it is 0.5");
    Path with = folder.resolve("with");
    run(settings(TURNED, SGD.withL2(0.5), 1L), with).run(1, Stop.never());
    assertThatThrownBy(() -> run(settings(TURNED, SGD, 1L), with).run(2, Stop.never()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("its l2 is 0.5, here there is none");
    run(settings(TURNED, SGD.withL2(0.5), 1L), with).run(2, Stop.never());
  }

  @Test
  void fewerEpochsThanTakenAreRefused(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("checkpoint");
    run(settings(TURNED, SGD, 1L), file).run(2, Stop.never());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run(settings(TURNED, SGD, 1L), file).run(1, Stop.never()))
        .withMessageContaining("6 steps of 3 an epoch");
  }

  @Test
  void theSeedThatWentAstrayIsNamed() {
    OptimizerChoice wild =
        new OptimizerChoice(SGD.rule(), SGD.form(), 1e20, 0.9, 0, OptionalDouble.empty());
    assertThatThrownBy(() -> result(settings(TURNED, wild, 41L, 42L)))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("the loss of seed 41 is");
  }

  @Test
  void clippingWouldCoupleNetworks() {
    OptimizerChoice clipped =
        new OptimizerChoice(SGD.rule(), SGD.form(), 0.01, 0.9, 0, OptionalDouble.of(1));
    assertThat(settings(TURNED, clipped, 1L).seeds()).containsExactly(1L);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(TURNED, clipped, 1L, 2L))
        .withMessageContaining("clipping to 1.0");
  }

  @Test
  void seedsMustDiffer() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(TURNED, SGD, 1L, 1L))
        .withMessageContaining("[1, 1]");
    assertThatIllegalArgumentException().isThrownBy(() -> settings(TURNED, SGD));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "turned",
        "turned:4",
        "noisy:",
        "noisy:half",
        "noisy:2",
        "upright",
        "scaled:2",
        "scaled:2:fixed:4",
        "scaled:1:fixed:4/fixed:4",
        "scaled:17:fixed:4/fixed:4",
        "scaled:big:fixed:4/fixed:4",
        "scaled:2:fixed:4/"
      })
  void unknownTasksAreRefused(String spec) {
    assertThatIllegalArgumentException().isThrownBy(() -> ImageTask.parse(spec));
  }

  @Test
  void theLayerwiseMetricIsThatOfOneNetwork() {
    OptimizerChoice riemannian = OptimizerChoice.of(OptimizerChoice.Rule.RIEMANNIAN);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(TURNED, riemannian, 1L, 2L))
        .withMessageContaining("not of 2 at once; train each alone");
    assertThat(settings(TURNED, riemannian, 1L).count()).isEqualTo(1);
  }
}
