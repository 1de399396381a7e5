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

/** The driver through the real JCuda, down to a libcuda.so.1 that is a stub. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class JCudaDriverTest {
  private static final Map<String, Map<String, String>> SETTINGS =
      Map.of(
          "noPool", Map.of("STUB_POOLS", "0"),
          "outOfMemory", Map.of("STUB_MEMORY", "1000"),
          "lostContext", Map.of("STUB_FAIL", "cuStreamSynchronize:700:1"));

  static Collection<String> scenarios() {
    return new TreeSet<>(DriverScenarios.ALL.keySet());
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void holdsAndSaysNothing(String scenario, @TempDir Path folder)
      throws IOException, InterruptedException {
    ChildProgram program =
        ChildProgram.of(DriverScenarios.class)
            .withLibraries(StubLibraries.driver())
            .withVariable("STUB_LOG", folder.resolve("log").toString())
            .withVariable("STUB_DEVICES", "2")
            .withOption("-Djava.io.tmpdir=" + folder);
    SETTINGS.getOrDefault(scenario, Map.of()).forEach(program::withVariable);
    ChildProgram.Outcome outcome = program.run(scenario);
    assertThat(outcome).isEqualTo(new ChildProgram.Outcome(0, "", ""));
  }
}
