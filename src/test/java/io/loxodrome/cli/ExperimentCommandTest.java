package io.loxodrome.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.loxodrome.nn.ConditioningMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExperimentCommandTest {
  private Path folder;
  private Path data;

  @BeforeEach
  void writeData(@TempDir Path temporary) throws IOException {
    folder = temporary;
    data = FashionFiles.write(folder.resolve("data"));
  }

  /** Runs an experiment on the small data on the CPU, in batches of 10 and for one epoch. */
  private Outcome experiment(Interrupt interrupt, String name, String... more) {
    List<String> arguments = new ArrayList<>(List.of("experiment", name));
    arguments.addAll(List.of("--data", data.toString(), "--device", "cpu"));
    arguments.addAll(List.of("--out", out().toString()));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--epochs")) {
      arguments.addAll(List.of("--epochs", "1"));
    }
    if (!arguments.contains("--batch")) {
      arguments.addAll(List.of("--batch", "10"));
    }
    return Outcome.of(interrupt, arguments.toArray(String[]::new));
  }

  private Outcome experiment(String name, String... more) {
    return experiment(new Interrupt(), name, more);
  }

  private Path out() {
    return folder.resolve("out");
  }

  private List<String> runs() throws IOException {
    return Files.readAllLines(out().resolve("runs.jsonl"));
  }

  @Test
  void rotationIsRunAndShown() throws IOException {
    Outcome outcome =
        experiment("rotation", "--seeds", "2", "--shares", "0.1,1", "--methods", "ellipse,concat")
            .succeeded();
    assertThat(runs()).hasSize(8);
    try (Stream<Path> files = Files.list(out())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("runs.jsonl", "table.md", "figure.png", "figure.svg", "lock");
    }
    String table = Files.readString(out().resolve("table.md"));
    assertThat(outcome.out()).isEqualTo(table + "%nfiles %s%n".formatted(out()));
    assertThat(table.lines().filter(line -> line.startsWith("| ")))
        .hasSize(6)
        .anyMatch(line -> line.matches("\\| ellipse \\| 10 \\| 2 \\| .* ± .*"));
  }

  @Test
  void theSameCommandAgainRunsNothing() throws IOException {
    String[] options = {"--seeds", "1", "--shares", "0.1", "--methods", "none"};
    Outcome first = experiment("rotation", options).succeeded();
    byte[] runs = Files.readAllBytes(out().resolve("runs.jsonl"));
    Outcome second = experiment("rotation", options).succeeded();
    assertThat(second).isEqualTo(first);
    assertThat(out().resolve("runs.jsonl")).hasBinaryContent(runs);
  }

  @Test
  void moreSeedsAddTheirLinesAlone() throws IOException {
    experiment("rotation", "--seeds", "1", "--shares", "0.1", "--methods", "none").succeeded();
    String first = runs().get(0);
    experiment("rotation", "--seeds", "3", "--shares", "0.1", "--methods", "none").succeeded();
    assertThat(runs()).hasSize(3).startsWith(first);
  }

  @Test
  void jobsComeToTheSameResults() throws IOException {
    experiment("rotation", "--seeds", "1", "--shares", "0.1,1", "--methods", "none,embed")
        .succeeded();
    Map<String, Double> one = losses();
    for (String file : List.of("runs.jsonl", "table.md")) {
      Files.delete(out().resolve(file));
    }
    experiment("rotation", "--seeds=1", "--shares=0.1,1", "--methods=none,embed", "--jobs", "2")
        .succeeded();
    Map<String, Double> two = losses();
    assertThat(two.keySet()).hasSize(4).isEqualTo(one.keySet());
    // Each job has half of the cores, which changes how sums are cut.
    two.forEach((point, loss) -> assertThat(loss).isCloseTo(one.get(point), within(1e-4)));
  }

  /** The loss of each run by its settings. */
  private Map<String, Double> losses() throws IOException {
    Map<String, Double> losses = new TreeMap<>();
    for (String line : runs()) {
      JsonObject run = JsonParser.parseString(line).getAsJsonObject();
      losses.put(
          run.get("settings").toString(),
          run.getAsJsonObject("measures").get("loss").getAsDouble());
    }
    return losses;
  }

  @Test
  void noiseIsRunAtItsMaxima() throws IOException {
    experiment("noise", "--seeds", "2", "--maxima", "0.5,1", "--methods", "line,embed:circle")
        .succeeded();
    assertThat(runs()).hasSize(8).anyMatch(line -> line.contains("\"task\":\"noisy:0.5\""));
  }

  @Test
  void thePenaltyOfAMethodIsItsOwn() throws IOException {
    experiment("noise", "--seeds=2", "--maxima=1", "--l2=0.5", "--methods=line+l2:0.01,line,none")
        .succeeded();
    assertThat(runs())
        .hasSize(6)
        .anyMatch(line -> line.contains("\"l2\":\"0.01\""))
        .anyMatch(line -> line.contains("\"l2\":\"0.5\""));
    assertThat(Files.readString(out().resolve("table.md")))
        .contains("| line+l2:0.01 | 1 | 2 |", "| line | 1 | 2 |", "| none | 1 | 2 |");
  }

  @Test
  void optimisersAreCompared() throws IOException {
    experiment("optimizers", "--seeds", "2", "--optimizers", "sgd@0.003,adamw:paper").succeeded();
    assertThat(runs())
        .hasSize(4)
        .anyMatch(line -> line.contains("\"learning_rate\":\"0.003\""))
        .anyMatch(line -> line.contains("\"form\":\"paper\""));
  }

  @Test
  void uprightImagesHaveRandomPlaces() throws IOException {
    experiment("unconditioned", "--seeds", "2", "--optimizers", "sgd").succeeded();
    assertThat(runs()).hasSize(4).allMatch(line -> line.contains("\"task\":\"unconditioned\""));
    assertThat(Files.readString(out().resolve("table.md"))).contains("| none | sgd | 2 |");
  }

  @Test
  void residualNetworksAreRun() throws IOException {
    experiment("resnet", "--seeds=2", "--optimizers=sgd", "--width=2", "--limit=20").succeeded();
    assertThat(runs()).hasSize(4).allMatch(line -> line.contains("\"network\":\"resnet18:2\""));
  }

  @Test
  void filmIsRun() throws IOException {
    experiment("rotation", "--seeds", "2", "--shares", "0.1", "--methods", "film,film:circle")
        .succeeded();
    assertThat(runs()).hasSize(4);
  }

  @Test
  void otherTopologiesAreRun() throws IOException {
    experiment("topology", "--seeds", "1", "--shares", "0.1", "--scheme", "arc").succeeded();
    assertThat(runs()).hasSize(4).anyMatch(line -> line.contains("spline:8:periodic"));
  }

  @Test
  void turnedAndScaledImagesAreOnSurfaces() throws IOException {
    experiment("topology", "--seeds", "2", "--shares", "0.5", "--scale", "1.5").succeeded();
    assertThat(runs())
        .hasSize(10)
        .allMatch(line -> line.contains("\"task\":\"scaled:1.5:fixed:180/fixed:180\""))
        .allMatch(line -> line.contains("\"levels_2\":[0.0,"));
    assertThat(Files.readString(out().resolve("table.md")))
        .contains("| torus | 50 | 2 |", "| product(ellipse,line) | 50 | 2 |", "| embed | 50 | 2 |");
  }

  @Test
  void anInterruptedExperimentGoesOnWithTheSameCommand() throws IOException {
    String[] options = {"--seeds", "1", "--shares", "0.1", "--methods", "none"};
    Interrupt interrupt = new Interrupt();
    interrupt.request();
    Outcome outcome = experiment(interrupt, "rotation", options);
    assertThat(outcome.code()).isEqualTo(130);
    assertThat(outcome.err())
        .isEqualTo(
            "the experiment was stopped; the same command goes on with %s%n".formatted(out()));
    experiment("rotation", options).succeeded();
    assertThat(runs()).hasSize(1);
  }

  @Test
  void aBrokenFileOfRunsIsNamed() throws IOException {
    Files.createDirectories(out());
    Files.writeString(out().resolve("runs.jsonl"), "nonsense\n");
    experiment("rotation")
        .failed(
            "%s: line 1 cannot be read, it is no JSON; delete it, and its run is done anew"
                .formatted(out().resolve("runs.jsonl")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rotation| --shares| 1.5| share of angles is 1.5, must be above 0 and at most 1",
        "rotation| --methods| torus| manifold torus takes 2 conditioning values, there is one; use"
            + " a curve or the point",
        "rotation| --methods| none,none| rotation has two points of none at 2.5",
        "resnet| --methods| concat| method concat is not there for resnet18:64, take a manifold or"
            + " none",
        "resnet| --width| 0| width is 0, must be at least 1",
        "rotation| --epochs| 0| epochs is 0, must be at least 1",
        "rotation| --limit| 0| limit is 0, must be at least 1",
        "rotation| --batch| 31| ",
        "rotation| --seeds| 0| seeds are [], expected at least one, each once",
        "rotation| --jobs| 0| jobs is 0, must be at least 1",
        "rotation| --together| 0| together is 0, must be at least 1",
        "rotation| --learning-rate| -1| ",
        "topology| --methods| torus| manifold torus takes 2 conditioning values, there is one; use"
            + " a curve or the point",
        "topology| --scale| 1| scale is 1.0, expected above 1 and at most 16.0",
        "noise| --l2| -1| l2 is -1.0, must be at least 0 and finite",
        "noise| --methods| line+l2:-1| l2 is -1.0, must be at least 0 and finite",
        "noise| --maxima| 0| maximum noise is 0.0, expected above 0 and at most 1"
      })
  void whatIsOutOfRangeIsAUsageError(String name, String option, String value, String sentence) {
    Outcome outcome = experiment(name, option, value);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    List<String> lines = outcome.err().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).isEqualTo("Try 'loxodrome experiment " + name + " --help'.");
    if (sentence != null) {
      assertThat(lines.get(0)).isEqualTo(sentence);
    }
    assertThat(out()).doesNotExist();
  }

  @Test
  void aCurveHasNoPlaceForTwoValues() {
    Outcome outcome = experiment("topology", "--scale", "2", "--methods", "ellipse");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .startsWith(
            "manifold ellipse takes 1 conditioning values, there are 2; use a surface or the"
                + " point");
  }

  @Test
  void anUnknownMethodNamesWhatThereIs() {
    Outcome outcome = experiment("rotation", "--methods", "ellipse,cube");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .startsWith("Invalid value for option '--methods': unknown method 'cube', expected none,");
  }

  @Test
  void anUnknownOptimiserNamesWhatThereIs() {
    Outcome outcome = experiment("optimizers", "--optimizers", "sgd,adam:grey");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("'grey' is unknown, expected one of [paper, whitened]");
  }

  @Test
  void methodsInBracketsStayTogether() {
    assertThat(
            Methods.parse("none, product(line,product(line,line)),concat").list().stream()
                .map(ConditioningMethod::spec))
        .containsExactly("none", "product(line,sheet)", "concat");
  }

  @Test
  void withoutAnExperimentAllAreListed() {
    Outcome outcome = Outcome.of("experiment");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .contains("rotation", "noise", "optimizers", "unconditioned", "topology");
  }
}
