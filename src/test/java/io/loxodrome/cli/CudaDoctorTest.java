package io.loxodrome.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.loxodrome.cuda.jcuda.ChildProgram;
import io.loxodrome.cuda.jcuda.StubLibraries;
import io.loxodrome.ops.DeviceProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is said where CUDA is there, is not, or is not what is needed. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class CudaDoctorTest {
  private static final String MISSING = "cannot open shared object file: No such file or directory";
  private static final String NO_DRIVER =
      "libcuda.so.1: " + MISSING + "; install NVIDIA's driver 525 or newer";

  /** Where nothing can be made, not even by root. */
  private static final String READ_ONLY = "/proc";

  private Path folder;
  private Path temporary;

  @BeforeEach
  void makeTemporaryFolder(@TempDir Path own) throws IOException {
    folder = own;
    temporary = Files.createDirectory(folder.resolve("tmp"));
  }

  private ChildProgram program() {
    return ChildProgram.of(Loxodrome.class)
        .withVariable("LD_LIBRARY_PATH", "")
        .withOption("-Djava.io.tmpdir=" + temporary);
  }

  /** What doctor says of each thing CUDA needs, as "yes ..." or "no ...". */
  private static Map<String, String> findings(ChildProgram program)
      throws IOException, InterruptedException {
    ChildProgram.Outcome outcome = program.run("doctor");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out().lines().count()).as("one screen").isLessThan(24);
    List<String> lines =
        outcome.out().lines().filter(line -> line.matches("(cuda |device +cuda ).*")).toList();
    return lines.stream()
        .collect(
            Collectors.toMap(
                line -> line.split(" +", 3)[line.startsWith("device") ? 0 : 1],
                line -> line.split(" +", 3)[2].replaceFirst(" +", " ")));
  }

  private static void requireNoRealDriver() {
    boolean there =
        DeviceProvider.all().stream()
            .flatMap(provider -> provider.findings().stream())
            .anyMatch(finding -> finding.what().equals("driver") && finding.works());
    assumeTrue(!there, "NVIDIA's driver is here, and this test is about its absence");
  }

  @Test
  void withoutADriverEveryStepSaysWhatIsMissing() throws IOException, InterruptedException {
    requireNoRealDriver();
    Map<String, String> findings = findings(program());
    assertThat(findings)
        .containsEntry("device", "no driver: " + NO_DRIVER)
        .containsEntry("driver", "no " + NO_DRIVER)
        .containsEntry("devices", "no not asked for: there is no driver to ask");
    assertThat(findings.get("cublas"))
        .startsWith("no libcublas.so.12: " + MISSING)
        .contains("no cuda-redist of Maven's on the class path")
        .contains("LOXODROME_CUDA_FORWARDERS is not set")
        .contains("install CUDA 12's cuBLAS");
    assertThat(findings.get("cudnn"))
        .startsWith("no libcudnn.so.8: " + MISSING)
        .contains("convolutions go by matrix products without it");
  }

  @Test
  void withoutADriverCudaIsRefusedByNameAndAutoTakesTheProcessor()
      throws IOException, InterruptedException {
    requireNoRealDriver();
    Path data = FashionFiles.write(folder.resolve("data"));
    assertThat(program().run("train", "--device", "cuda", "--data", data.toString()))
        .isEqualTo(
            new ChildProgram.Outcome(
                1, "", "device cuda cannot be used: driver: " + NO_DRIVER + "\n"));
    ChildProgram.Outcome auto =
        program().run("train", "--data", data.toString(), "--epochs", "1", "--batch", "10");
    assertThat(auto.code()).isZero();
    assertThat(auto.err().lines().filter(line -> line.contains("cuda")))
        .hasSize(1)
        .allMatch(line -> line.startsWith("device cpu: oneDNN "))
        .allMatch(line -> line.endsWith(" (cuda: driver: " + NO_DRIVER + ")"));
  }

  private void assertRefused(ChildProgram program, String what, String reason)
      throws IOException, InterruptedException {
    assertThat(findings(program)).containsEntry(what, "no " + reason);
    Path data = FashionFiles.write(folder.resolve("data"));
    assertThat(program.run("train", "--device", "cuda:0", "--data", data.toString()))
        .isEqualTo(
            new ChildProgram.Outcome(
                1, "", "device cuda cannot be used: " + what + ": " + reason + "\n"));
  }

  @Test
  void anOldDriverIsRefusedWithItsVersionAndTheOneNeeded()
      throws IOException, InterruptedException {
    Path driver = StubLibraries.driver();
    assertRefused(
        program().withLibraries(driver).withVariable("STUB_VERSION", "11080"),
        "driver",
        driver.resolve("libcuda.so.1")
            + " offers CUDA 11.8, needed is 12.0 or newer: install NVIDIA's driver 525 or newer");
  }

  @Test
  void aDriverThatDoesNotStartIsRefusedWithItsError() throws IOException, InterruptedException {
    Path driver = StubLibraries.driver();
    assertRefused(
        program().withLibraries(driver).withVariable("STUB_DEVICES", "0"),
        "driver",
        driver.resolve("libcuda.so.1")
            + " is there but does not start: CUDA_ERROR_NO_DEVICE (as the stub says it)");
  }

  @Test
  void anOldDeviceIsRefusedWithItsCapabilityAndTheOneNeeded()
      throws IOException, InterruptedException {
    assertRefused(
        program().withLibraries(StubLibraries.driver()).withVariable("STUB_CAPABILITY", "70"),
        "devices",
        "0: Stub 0, compute capability 7.0, 132 multiprocessors, which is too old: needed is one of"
            + " compute capability 7.5 or newer");
  }

  @Test
  void aFileThatIsNoLibraryIsRefusedWithTheLoadersReason()
      throws IOException, InterruptedException {
    Path broken = Files.createDirectory(folder.resolve("broken"));
    Files.writeString(broken.resolve("libcublas.so.12"), "not a library, but long enough to read");
    ChildProgram program = program().withLibraries(StubLibraries.driver(), broken);
    assertThat(findings(program).get("cublas"))
        .startsWith("no " + broken.resolve("libcublas.so.12") + ": ")
        .contains("no cuda-redist of Maven's");
  }

  @Test
  void everythingFoundIsNamedWithVersionAndPlace() throws IOException, InterruptedException {
    Path driver = StubLibraries.driver();
    Path products = StubLibraries.products();
    Path convolutions = StubLibraries.convolutions();
    Map<String, String> findings =
        findings(program().withLibraries(driver, products, convolutions));
    assertThat(findings)
        .containsEntry("driver", "yes CUDA 12.4, " + driver.resolve("libcuda.so.1"))
        .containsEntry("devices", "yes 0: Stub 0, compute capability 9.0, 132 multiprocessors")
        .containsEntry("cublas", "yes cuBLAS 12.6.3, " + products.resolve("libcublas.so.12"))
        .containsEntry("cudnn", "yes cuDNN 8.9.7, " + convolutions.resolve("libcudnn.so.8"));
    assertThat(findings.get("device")).startsWith("yes ").endsWith(" (what auto takes)");
  }

  @Test
  void cudnnCanBeDoneWithout() throws IOException, InterruptedException {
    Path convolutions = StubLibraries.convolutions();
    Map<String, String> findings =
        findings(
            program()
                .withLibraries(StubLibraries.driver(), StubLibraries.products(), convolutions)
                .withVariable("STUB_CUDNN_VERSION", "7605"));
    assertThat(findings)
        .containsEntry(
            "cudnn",
            "no "
                + convolutions.resolve("libcudnn.so.8")
                + " is cuDNN 7.6.5, needed is 8.0.0 or newer");
    assertThat(findings.get("device")).startsWith("yes ");
  }

  @Test
  void librariesOnTheClassPathAreUnpackedAndUsed() throws IOException, InterruptedException {
    Path resources = folder.resolve("redist/org/bytedeco/cuda/linux-x86_64");
    Files.createDirectories(resources);
    Files.copy(
        StubLibraries.products().resolve("libcublas.so.12"), resources.resolve("libcublas.so.12"));
    Files.copy(
        StubLibraries.convolutions().resolve("libcudnn.so.8"), resources.resolve("libcudnn.so.8"));
    Map<String, String> findings =
        findings(
            program()
                .withLibraries(StubLibraries.driver())
                .withClassPath(folder.resolve("redist")));
    assertThat(findings.get("cublas"))
        .matches("yes cuBLAS 12.6.3, \\Q" + temporary + "\\E/loxodrome-natives-.*/libcublas.so.12");
    assertThat(findings.get("cudnn"))
        .matches("yes cuDNN 8.9.7, \\Q" + temporary + "\\E/loxodrome-natives-.*/libcudnn.so.8");
  }

  @Test
  void forwardersAreUsedWhereNothingElseIs() throws IOException, InterruptedException {
    Path products = StubLibraries.products();
    Path convolutions = StubLibraries.convolutions();
    ChildProgram program =
        program()
            .withLibraries(StubLibraries.driver())
            .withVariable("LOXODROME_CUDA_FORWARDERS", products.toString());
    Map<String, String> found = findings(program);
    assertThat(found)
        .containsEntry("cublas", "yes cuBLAS 12.6.3, " + products.resolve("libcublas.so.12"));
    assertThat(found.get("cudnn"))
        .contains("; the forwarders' folder " + products + " has no libcudnn.so.8; ");
    program.withOption("-Dloxodrome.cuda.forwarders=" + convolutions);
    assertThat(findings(program))
        .containsEntry("cudnn", "yes cuDNN 8.9.7, " + convolutions.resolve("libcudnn.so.8"));
  }

  @Test
  void aReadOnlyTemporaryFolderIsReplacedByTheUsersCache()
      throws IOException, InterruptedException {
    ChildProgram program =
        program()
            .withLibraries(StubLibraries.driver(), StubLibraries.products())
            .withOption("-Djava.io.tmpdir=" + READ_ONLY)
            .withVariable("XDG_CACHE_HOME", folder.resolve("cache").toString());
    assertThat(findings(program).get("device")).startsWith("yes ");
    try (var files = Files.walk(folder.resolve("cache"))) {
      assertThat(files).anyMatch(file -> file.endsWith("libJCudaDriver-12.6.0-linux-x86_64.so"));
    }
  }

  @Test
  void whereNothingCanBeUnpackedThatIsSaid() throws IOException, InterruptedException {
    ChildProgram program =
        program()
            .withLibraries(StubLibraries.driver(), StubLibraries.products())
            .withOption("-Djava.io.tmpdir=" + READ_ONLY)
            .withVariable("XDG_CACHE_HOME", READ_ONLY);
    assertThat(findings(program).get("driver"))
        .startsWith("no no library can be loaded, because JNA's own cannot be put anywhere (")
        .endsWith("; give java -Djava.io.tmpdir=DIR, a folder to write and execute in");
    // JNA's own native lies where its owner allows: only JCuda's are left without a place.
    Path jna = Files.createDirectory(folder.resolve("jna"));
    program.withOption("-Djna.tmpdir=" + jna);
    assertThat(findings(program).get("driver"))
        .matches(
            "no JCuda's libJCudaDriver-12.6.0-linux-x86_64.so can be put and loaded nowhere"
                + " \\(/proc: .*; /proc: .*\\); give java -Djava.io.tmpdir=DIR, a folder to write"
                + " and execute in");
  }
}
