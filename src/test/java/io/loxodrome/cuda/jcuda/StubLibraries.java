package io.loxodrome.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * NVIDIA's libraries as tests need them: built from src/test/native, under the names and symbol
 * versions that JCuda's natives ask for.
 */
public final class StubLibraries {
  private static final Path SOURCES = Path.of("src", "test", "native");

  private StubLibraries() {}

  /** Built once in a process. */
  private static final class Built {
    static final Path DRIVER = folder("cuda", "libcuda.so.1");
    static final Path PRODUCTS = folder("cublas", "libcublas.so.12");
    static final Path CONVOLUTIONS = folder("cudnn", "libcudnn.so.8");

    private Built() {}
  }

  /** A folder with libcuda.so.1 alone. */
  public static Path driver() {
    requireCompiler();
    return Built.DRIVER;
  }

  /** A folder with libcublas.so.12 alone. */
  public static Path products() {
    requireCompiler();
    return Built.PRODUCTS;
  }

  /** A folder with libcudnn.so.8 alone. */
  public static Path convolutions() {
    requireCompiler();
    return Built.CONVOLUTIONS;
  }

  private static void requireCompiler() {
    boolean found =
        List.of(System.getenv("PATH").split(":")).stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "gcc")));
    assumeTrue(found, "gcc is not installed, and this test builds libraries (apt: gcc libc6-dev)");
  }

  private static Path folder(String source, String soname) {
    try {
      Path folder = Files.createTempDirectory(Path.of("target"), "stub-" + source);
      Path versions = folder.resolve("versions");
      Files.writeString(versions, soname + " { global: *; };\n");
      List<String> command =
          new ArrayList<>(List.of("gcc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"));
      command.add("-Wl,-soname," + soname);
      if (!source.equals("cuda")) { // the driver's symbols have no versions
        command.add("-Wl,--version-script," + versions);
      }
      command.addAll(List.of("-o", folder.resolve(soname).toString()));
      command.add(SOURCES.resolve(source + ".c").toString());
      run(command);
      return folder.toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(List<String> command) throws IOException {
    Process gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertThat(gcc.waitFor()).as("%s: %s", command, output).isZero();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while gcc ran", e);
    }
  }
}
