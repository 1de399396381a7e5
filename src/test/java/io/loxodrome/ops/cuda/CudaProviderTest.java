package io.loxodrome.ops.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.cuda.jcuda.ChildProgram;
import io.loxodrome.cuda.jcuda.StubLibraries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The device as it is opened by name, down to stubs of NVIDIA's libraries. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class CudaProviderTest {
  private Path folder;

  @BeforeEach
  void takeFolder(@TempDir Path own) {
    folder = own;
  }

  private ChildProgram program() {
    return ChildProgram.of(OpenedCudaDevice.class)
        .withVariable("STUB_LOG", folder.resolve("log").toString())
        .withVariable("STUB_DEVICES", "2")
        .withOption("-Djava.io.tmpdir=" + folder);
  }

  @Test
  void everyNameOpensItsDeviceAndClosesItAgain() throws IOException, InterruptedException {
    ChildProgram.Outcome outcome =
        program()
            .withLibraries(
                StubLibraries.driver(), StubLibraries.products(), StubLibraries.convolutions())
            .withOption("-Djava.util.logging.SimpleFormatter.format=%5$s%n")
            .run("cuDNN 8.9.7");
    // auto says in one line what it took, and nobody says more.
    assertThat(outcome)
        .isEqualTo(
            new ChildProgram.Outcome(
                0, "", "device cuda: Stub 0, cuBLAS 12.6.3, fp32, cuDNN 8.9.7, fp32\n"));
    assertThat(Files.readAllLines(folder.resolve("log")))
        .filteredOn(line -> line.startsWith("cuCtxDestroy"))
        .hasSize(5);
  }

  @Test
  void withoutCudnnConvolutionsAreProducts() throws IOException, InterruptedException {
    ChildProgram.Outcome outcome =
        program()
            .withLibraries(StubLibraries.driver(), StubLibraries.products())
            .withVariable("LOXODROME_CUDA_FORWARDERS", "")
            .run("convolutions as matrix products");
    assertThat(outcome.code()).as(outcome.err()).isZero();
  }

  @Test
  void aDeviceThatDoesNotOpenIsUnavailableWithTheReason() throws IOException, InterruptedException {
    ChildProgram.Outcome outcome =
        program()
            .withLibraries(StubLibraries.driver(), StubLibraries.products())
            .withVariable("STUB_FAIL", "cuCtxCreate_v2:2:1")
            .run(
                "device cuda cannot be opened: cuCtxCreate on device 0:"
                    + " CUDA_ERROR_OUT_OF_MEMORY (as the stub says it)");
    assertThat(outcome).isEqualTo(new ChildProgram.Outcome(0, "", ""));
  }
}
