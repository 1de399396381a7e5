package io.loxodrome.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  private Path folder;

  private final Experiment experiment = Points.experiment("ellipse", "none", "concat");

  @BeforeEach
  void inItsOwnFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private static SeedResult result(long seed, double accuracy, double loss) {
    return new SeedResult(
        seed, Map.of("accuracy", accuracy, "loss", loss), Map.of(), 2 * seed, 100);
  }

  private void fill(RunStore store) throws IOException {
    store.add(
        Points.ELLIPSE,
        "cpu",
        List.of(Points.result(1, 0.5), Points.result(2, 0.6), Points.result(3, 0.7)));
    store.add(Points.of("concat"), "cpu", List.of(Points.result(1, 0.25)));
  }

  @Test
  void theTableHasMeanAndDeviationOfWhatIsFinished() throws IOException {
    try (RunStore store = RunStore.open(folder)) {
      fill(store);
      assertThat(ResultTable.of(experiment, store))
          .isEqualTo(
              """
              # A test

              | series | method | seeds | accuracy | seconds a run |
              | --- | --- | --- | --- | --- |
              | all | ellipse | 3 | 0.6000 ± 0.1000 | 1.5 |
              | all | concat | 1 | 0.2500 | 1.5 |
              """);
    }
  }

  @Test
  void aMeasureThatOnlySomeHaveLeavesOthersEmpty() throws IOException {
    try (RunStore store = RunStore.open(folder)) {
      store.add(Points.ELLIPSE, "cpu", List.of(Points.result(1, 0.5)));
      store.add(Points.of("none"), "cpu", List.of(result(1, 0.25, 2), result(2, 0.25, 4)));
      assertThat(ResultTable.of(experiment, store))
          .contains("| all | ellipse | 1 | 0.5000 | - | 1.5 |")
          .contains("| all | none | 2 | 0.2500 ± 0.0000 | 3.0000 ± 1.4142 | 3.0 |");
    }
  }

  @Test
  void theFigureIsDrawnInBothForms() throws IOException {
    ExperimentFolder files = new ExperimentFolder(folder);
    try (RunStore store = RunStore.open(folder)) {
      fill(store);
      Figure.write(experiment, store, files);
    }
    BufferedImage image = ImageIO.read(files.figure("png").toFile());
    assertThat(image.getWidth()).isEqualTo(1720);
    assertThat(colours(image)).as("the first series' colour").isPositive();
    assertThat(Files.readString(files.figure("svg"))).contains("<svg");
  }

  private static long colours(BufferedImage image) {
    long count = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        count += (image.getRGB(x, y) & 0xFFFFFF) == 0x0072b2 ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void withoutResultsThereIsNoFigure() throws IOException {
    ExperimentFolder files = new ExperimentFolder(folder);
    try (RunStore store = RunStore.open(folder)) {
      Figure.write(experiment, store, files);
    }
    assertThat(files.figure("png")).doesNotExist();
    assertThat(files.figure("svg")).doesNotExist();
  }
}
