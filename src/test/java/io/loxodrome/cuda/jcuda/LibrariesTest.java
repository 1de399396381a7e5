package io.loxodrome.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products and convolutions through the real JCuda, down to stubs of NVIDIA's libraries. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class LibrariesTest {
  private static final Map<String, Map<String, String>> SETTINGS =
      Map.of(
          "productFailure", Map.of("STUB_CUBLAS_FAIL", "13"),
          "convolutionFailure", Map.of("STUB_CUDNN_FAIL", "8"),
          "lost", Map.of("STUB_FAIL", "cuStreamSynchronize:700:1"));

  static Collection<String> scenarios() {
    return new TreeSet<>(LibraryScenarios.ALL.keySet());
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void holdsAndSaysNothing(String scenario, @TempDir Path folder)
      throws IOException, InterruptedException {
    ChildProgram program =
        ChildProgram.of(LibraryScenarios.class)
            .withLibraries(
                StubLibraries.driver(), StubLibraries.products(), StubLibraries.convolutions())
            .withVariable("STUB_LOG", folder.resolve("log").toString())
            .withOption("-Djava.io.tmpdir=" + folder);
    SETTINGS.getOrDefault(scenario, Map.of()).forEach(program::withVariable);
    ChildProgram.Outcome outcome = program.run(scenario);
    assertThat(outcome).isEqualTo(new ChildProgram.Outcome(0, "", ""));
  }
}
