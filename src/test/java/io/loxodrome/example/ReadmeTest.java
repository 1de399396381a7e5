package io.loxodrome.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the README shows is code that compiles, runs and does what the README says. */
class ReadmeTest {
  private static final Path SOURCE = Path.of("src/test/java/io/loxodrome/example/TurningLine.java");

  @Test
  void theExampleLearnsOnAnEllipseWhatAPointCannot() {
    assertThat(TurningLine.train("ellipse")).isLessThan(0.3);
    assertThat(TurningLine.train("point")).isGreaterThan(0.6);
  }

  @Test
  void theReadmeShowsTheExampleAsItIs() throws IOException {
    List<String> lines = Files.readAllLines(SOURCE);
    int first = lines.indexOf("    // example");
    int last = lines.lastIndexOf("    // example");
    String example = String.join("\n", lines.subList(first + 1, last)).stripIndent();
    assertThat(Files.readString(Path.of("README.md"))).contains(example);
  }
}
