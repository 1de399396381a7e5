package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The PTX that is committed is what the sources give, and the tables beside it are of it. */
@Tag("ptx")
class CommittedPtxTest {
  private static final String NVCC = "13.0";

  @Test
  void isWhatTheSourcesGive() throws IOException, InterruptedException {
    String reason = whyNotCheckable();
    if (!reason.isEmpty()) {
      System.out.println("The committed PTX is not checked against kernels/*.cu: " + reason);
    }
    assumeTrue(reason.isEmpty(), reason);
    Process check =
        new ProcessBuilder("native-build/compile-kernels.sh", "--check")
            .redirectErrorStream(true)
            .start();
    String output = text(check);
    assertThat(check.waitFor()).as(output).isZero();
  }

  private static String whyNotCheckable() throws InterruptedException {
    try {
      Process nvcc = new ProcessBuilder("nvcc", "--version").redirectErrorStream(true).start();
      String version = text(nvcc);
      nvcc.waitFor(1, TimeUnit.MINUTES);
      return version.contains("release " + NVCC + ",")
          ? ""
          : "nvcc here is not of CUDA " + NVCC + ": " + version;
    } catch (IOException notThere) {
      return "nvcc of CUDA " + NVCC + " is not on the PATH (" + notThere.getMessage() + ")";
    }
  }

  private static String text(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void hasItsResourcesOnRecord(KernelFile file) throws IOException {
    String name = file.fileName().replace(".ptx", "");
    List<String> recorded =
        Resources.ofAllKernels().stream()
            .filter(resources -> resources.file().equals(name))
            .map(Resources::kernel)
            .toList();
    assertThat(recorded)
        .as("native-build/resources/%s.tsv", name)
        .containsExactlyInAnyOrderElementsOf(Resources.entries(file.ptx()));
  }

  @ParameterizedTest
  @EnumSource
  void isJudgedInTheCommittedReport(KernelFile file) throws IOException {
    List<String> report = Files.readAllLines(Path.of("src/site/markdown/kernel-report.md"));
    for (String entry : Resources.entries(file.ptx())) {
      assertThat(report)
          .as("launches of %s in the committed report", entry)
          .anyMatch(line -> line.matches("\\| " + entry + " \\| [1-9][0-9]* \\| .*"));
    }
  }
}
