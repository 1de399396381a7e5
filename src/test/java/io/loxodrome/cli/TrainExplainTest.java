package io.loxodrome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.ops.MixPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code train --explain}: what is printed of each layer, and that nothing else happens. */
class TrainExplainTest {
  private static final List<String> LAYERS =
      List.of(
          "conv1: 1x8x8 to 32x4x4, kernel 3, ReLU, pool 2",
          "conv2: 32x4x4 to 64x2x2, kernel 3, ReLU, pool 2",
          "conv3: 64x2x2 to 128x1x1, kernel 3, ReLU, pool 2",
          "linear1: 128 to 512, ReLU",
          "linear2: 512 to 10");
  private static final String HEADER = "  plan       predicted   measured";
  private static final List<String> PLANS =
      Arrays.stream(MixPlan.values()).map(MixPlan::option).toList();

  private Path folder;
  private Path data;

  @BeforeEach
  void writeData(@TempDir Path temporary) throws IOException {
    folder = temporary;
    data = FashionFiles.write(folder.resolve("data"));
  }

  private String[] train(String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", "--data", data.toString()));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  /** Explains on a device, in batches of 10 of the small data. */
  private String explain(String device, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("--explain", "--batch", "10", "--device", device));
    arguments.addAll(List.of(more));
    return Outcome.of(train(arguments.toArray(String[]::new))).succeeded().out();
  }

  private String out(String name) {
    return folder.resolve(name).toString();
  }

  /** What is printed of each layer: its lines, one block a layer. */
  private static List<List<String>> blocks(String printed) {
    String[] parts = printed.split("\n\n", -1);
    return Arrays.stream(parts).skip(1).map(part -> part.lines().toList()).toList();
  }

  private static List<String> firstWords(List<String> rows) {
    return rows.stream().map(row -> row.strip().split(" +", -1)[0]).toList();
  }

  private static List<String> taken(List<String> rows) {
    return firstWords(rows.stream().filter(row -> row.endsWith("  taken")).toList());
  }

  @ParameterizedTest
  @CsvSource({"cpu, ellipse, 3", "cpu, point, 1", "cpu:autotune, spline:5, 5"})
  void everyPlanOfEachLayerIsListedAndOneIsTaken(String device, String manifold, int basisSize) {
    String printed = explain(device, "--manifold", manifold);
    assertThat(printed)
        .startsWith(
            "%s on fashion-mnist, device %s: milliseconds a batch, forward and backward\n"
                .formatted(manifold, device));
    List<List<String>> blocks = blocks(printed);
    assertThat(blocks).extracting(block -> block.get(0)).isEqualTo(LAYERS);
    for (List<String> block : blocks) {
      List<String> rows = block.subList(3, block.size());
      assertThat(firstWords(rows)).isEqualTo(PLANS);
      assertThat(rows).allMatch(row -> row.matches("  \\w+ +\\d+\\.\\d{3} +\\d+\\.\\d{3}( .*)?"));
      assertThat(rows).allSatisfy(row -> assertThat(row).hasSizeGreaterThanOrEqualTo(33));
      assertThat(block.get(2)).isEqualTo(HEADER);
      assertThat(taken(rows)).hasSize(1);
      assertThat(block.get(1))
          .startsWith("  n = " + basisSize + ", B = 10, distinct rows ")
          .endsWith("; plan " + taken(rows).get(0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aForcedPlanIsTheOneTaken(MixPlan plan) {
    assertThat(blocks(explain("cpu:" + plan.option())))
        .hasSameSizeAs(LAYERS)
        .allSatisfy(
            block -> {
              assertThat(taken(block)).containsExactly(plan.option());
              assertThat(block.get(1)).endsWith("; plan " + plan.option());
            });
  }

  @ParameterizedTest
  @CsvSource({"fixed:1, 1", "arc:1, 10"})
  void distinctRowsAreThoseOfTheRunsAngles(String angles, int distinct) {
    assertThat(blocks(explain("reference", "--angles", angles)))
        .hasSameSizeAs(LAYERS)
        .allSatisfy(
            block ->
                assertThat(block.get(1))
                    .startsWith("  n = 3, B = 10, distinct rows " + distinct + ";"));
  }

  @Test
  void theReferenceHasOneWayOnly() {
    String printed = explain("reference");
    List<List<String>> blocks = blocks(printed);
    assertThat(blocks).extracting(block -> block.get(0)).isEqualTo(LAYERS);
    assertThat(blocks)
        .allSatisfy(
            block -> assertThat(block).hasSize(2).last().asString().endsWith("one way only"));
  }

  @Test
  void nothingIsTrainedAndNothingWritten() throws IOException {
    assertThat(explain("cpu", "--out", out("run"))).doesNotContain("accuracy", "loss");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(data);
    }
  }

  @Test
  void aRunThatIsThereIsExplainedWithItsSettingsAndLeftAsItIs() throws IOException {
    String[] settings = {"--batch", "12", "--manifold", "spline:5", "--device", "cpu"};
    Outcome.of(train(concat(settings, "--epochs", "4", "--out", out("run")))).succeeded();
    Path checkpoint = folder.resolve("run").resolve("checkpoint.safetensors");
    byte[] before = Files.readAllBytes(checkpoint);
    Outcome explained =
        Outcome.of(train("--explain", "--resume", "--device", "reference", "--out", out("run")));
    assertThat(blocks(explained.succeeded().out()))
        .hasSameSizeAs(LAYERS)
        .allSatisfy(block -> assertThat(block.get(1)).startsWith("  n = 5, B = 12, "));
    explain("reference", "--out", out("run"));
    assertThat(checkpoint).hasBinaryContent(before);
    try (Stream<Path> files = Files.list(folder.resolve("run"))) {
      assertThat(files).hasSize(5);
    }
  }

  private static String[] concat(String[] first, String... second) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(second)).toArray(String[]::new);
  }

  @Test
  void whatNoRunCouldBeginWithIsRefused() {
    Outcome.of(train("--explain", "--batch", "31", "--device", "cpu"))
        .wasMisused(
            "loxodrome train",
            "batch of 31 is larger than the data, which has 30 examples; take a smaller batch");
    Outcome.of(train("--explain", "--resume", "--device", "cpu"))
        .wasMisused("loxodrome train", "--resume needs --out, the folder of the run to go on with");
  }

  @Test
  void anInterruptEndsItBetweenLayers() {
    Interrupt interrupt = new Interrupt();
    interrupt.request();
    Outcome outcome =
        Outcome.of(interrupt, train("--explain", "--batch", "10", "--device", "reference"));
    assertThat(outcome.code()).isEqualTo(130);
    assertThat(outcome.err()).isEqualTo("stopped after conv1 was measured%n".formatted());
    assertThat(outcome.out()).doesNotContain("conv");
  }

  @Test
  void helpNamesEveryPlanAndSaysThatNothingIsTrained() {
    String help = Outcome.of("train", "--help").succeeded().out().replaceAll("\\s+", " ");
    assertThat(help).contains("and ends: trains nothing, writes nothing.").contains("autotune");
    assertThat(help).contains(PLANS);
  }
}
