package io.loxodrome.cuda;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What native-build/forwarders.sh builds has the old libraries' names, versions and functions, and
 * hands each call to the same function of the new library; shown with libraries made here by gcc.
 */
class ForwardersTest {
  private static final Path SOURCES = Path.of("native-build", "forwarders");

  /** The two libraries, and what a function answers that the new one lacks. */
  enum Library {
    CUBLAS(
        "libcublas.so.12",
        "libcublas.so.13",
        15,
        "cublasDgemm_v2",
        "cublasGetStatusName",
        "/lib/libJCublas2-12.6.0-linux-x86_64.so"),
    CUDNN(
        "libcudnn.so.8",
        "libcudnn.so.9",
        9,
        "cudnnConvolutionForward",
        "cudnnGetErrorString",
        "/lib/libJCudnn-12.6.0-linux-x86_64.so");

    final String oldName;
    final String newName;
    final int notSupported;
    final String sample;
    final String withoutStatus;
    final String caller;

    Library(
        String oldName,
        String newName,
        int notSupported,
        String sample,
        String withoutStatus,
        String caller) {
      this.oldName = oldName;
      this.newName = newName;
      this.notSupported = notSupported;
      this.sample = sample;
      this.withoutStatus = withoutStatus;
      this.caller = caller;
    }

    List<String> functions() throws IOException {
      return Files.readAllLines(SOURCES.resolve(name().toLowerCase(Locale.ROOT) + ".symbols"));
    }

    String option() {
      return "--" + name().toLowerCase(Locale.ROOT);
    }
  }

  private record Outcome(int status, String output, String errors) {}

  private final Path folder;

  ForwardersTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeAll
  static void needsGcc() throws InterruptedException {
    String reason = whyNotBuildable();
    if (!reason.isEmpty()) {
      System.out.println("The forwarders are not tested: " + reason);
    }
    assumeTrue(reason.isEmpty(), reason);
  }

  private static String whyNotBuildable() throws InterruptedException {
    if (!System.getProperty("os.arch").equals("amd64")) {
      return "they are for x86-64, this is " + System.getProperty("os.arch");
    }
    try {
      new ProcessBuilder("gcc", "--version")
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor(1, TimeUnit.MINUTES);
      return "";
    } catch (IOException notThere) {
      return "gcc is not on the PATH (" + notThere.getMessage() + ")";
    }
  }

  @ParameterizedTest
  @EnumSource
  void bearTheOldNameAndVersion(Library library) throws Exception {
    Path forwarder = forwarder(library, target(library, library.functions()));
    assertThat(run("readelf", "-dW", forwarder.toString()).output())
        .contains("Library soname: [" + library.oldName + "]")
        .contains("Shared library: [" + library.newName + "]");
    List<String> expected =
        library.functions().stream().map(name -> name + "@@" + library.oldName).toList();
    assertThat(run("nm", "-D", "--defined-only", forwarder.toString()).output().lines())
        .filteredOn(line -> line.contains(" T "))
        .extracting(line -> line.substring(line.indexOf(" T ") + 3))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @EnumSource
  void eachFunctionReachesItsNamesake(Library library) throws Exception {
    List<String> functions = library.functions();
    forwarder(library, target(library, functions));
    assertThat(answers(library, functions))
        .containsExactlyElementsOf(IntStream.range(1000, 1000 + functions.size()).boxed().toList());
  }

  @ParameterizedTest
  @EnumSource
  void aFunctionThatTheNewLibraryLacksAnswersNotSupported(Library library) throws Exception {
    List<String> there = new ArrayList<>(library.functions());
    there.remove(library.sample);
    Path target = target(library, there);
    Outcome outcome = build(library, target);
    assertThat(outcome.output())
        .contains("1 of them it lacks; they answer " + library.notSupported)
        .contains(library.sample);
    assertThat(answers(library, List.of(library.sample, there.get(0))))
        .containsExactly(library.notSupported, 1000);
  }

  @ParameterizedTest
  @EnumSource
  void argumentsOfEveryKindArriveUnchanged(Library library) throws Exception {
    String signature =
        "int %s(void *p, int a, float b, long c, double d, double e, int f, long g, void *h,"
            + " short i, float j, double k, double l, double m, double n, double o, double q,"
            + " struct three r, unsigned char s, long double t)";
    String source =
        """
        #include <stdio.h>
        struct three { long first; double second; long third; };
        """;
    List<String> others = new ArrayList<>(library.functions());
    others.remove(library.sample);
    Path target =
        compileTarget(
            library,
            source
                + numbered(others)
                + signature.formatted(library.sample)
                + """
                  {
                    printf("%p %d %a %ld %a %a %d %ld %p %d %a %a %a %a %a %a %a %ld %a %ld %d %La\\n",
                        p, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, q,
                        r.first, r.second, r.third, s, t);
                    return -a;
                  }
                  """);
    forwarder(library, target);
    Outcome outcome =
        runCaller(
            library,
            source
                + signature.formatted(library.sample)
                + ";\nint main(void) {\n"
                + "  struct three r = {1L << 60, 0.1, -3};\n"
                + "  int answer = %s((void *)0x7f0123456789, -2147483647, 0.1f, -9000000000L, 1e300,"
                    .formatted(library.sample)
                + " -0.3, 7, 1L << 62, (void *)8, -32768, 1e-40f, 1, 2, 3, 4, 5, 6, r, 255, 1.1L);\n"
                + "  printf(\"%d\\n\", answer);\n}\n");
    assertThat(outcome.output())
        .isEqualTo(
            "0x7f0123456789 -2147483647 0x1.99999ap-4 -9000000000 0x1.7e43c8800759cp+996"
                + " -0x1.3333333333333p-2 7 4611686018427387904 0x8 -32768 0x1.16c2p-133"
                + " 0x1p+0 0x1p+1 0x1.8p+1 0x1p+2 0x1.4p+2 0x1.8p+2"
                + " 1152921504606846976 0x1.999999999999ap-4 -3 255 0x8.ccccccccccccccdp-3\n"
                + "2147483647\n");
  }

  @ParameterizedTest
  @EnumSource
  void theNewLibraryIsFoundInTheSearchPath(Library library) throws Exception {
    Path target = target(library, library.functions());
    ProcessBuilder script = script("--out", folder.resolve("found").toString());
    script.environment().put("LD_LIBRARY_PATH", folder.resolve("new").toString());
    Path forwarder = folder.resolve("found").resolve(library.oldName);
    assertThat(finish(script).output()).contains(forwarder + " -> " + target + ": ");
    assertThat(forwarder).exists();
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatIsNotThereIsNamed(Library library) throws Exception {
    Outcome outcome = build(library, folder.resolve("nowhere.so"));
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors())
        .contains("forwarders: there is no file " + folder.resolve("nowhere.so") + "\n");
  }

  @ParameterizedTest
  @EnumSource
  void aLibraryThatIsFoundNowhereIsAnErrorWithThePlaces(Library library) throws Exception {
    ProcessBuilder script = script("--out", folder.resolve("none").toString());
    script.environment().put("LD_LIBRARY_PATH", "/first:" + folder);
    Outcome outcome = finish(script);
    assumeTrue(!outcome.output().contains("-> "), "this machine has the new libraries");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors())
        .containsPattern(
            "forwarders: %s is not there; looked in /first, %s, /usr/local/cuda/lib64, .*; name the file with %s\n"
                .formatted(Pattern.quote(library.newName), folder, library.option()));
  }

  @ParameterizedTest
  @EnumSource
  void aLibraryOfAnotherNameIsRefused(Library library) throws Exception {
    Path other = folder.resolve("other.so");
    compile(
        "int nothing;", "-shared", "-fPIC", "-Wl,-soname,libother.so.1", "-o", other.toString());
    Outcome outcome = build(library, other);
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors())
        .contains(
            "forwarders: %s calls itself 'libother.so.1', expected %s\n"
                .formatted(other, library.newName));
  }

  @ParameterizedTest
  @EnumSource
  void aLibraryWithoutAFunctionThatReturnsNoStatusIsRefused(Library library) throws Exception {
    List<String> there = new ArrayList<>(library.functions());
    there.remove(library.withoutStatus);
    Path target = target(library, there);
    Outcome outcome = build(library, target);
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors())
        .contains("forwarders: %s has no function %s\n".formatted(target, library.withoutStatus));
  }

  @Test
  void anUnknownOptionIsRefusedWithTheKnownOnes() throws Exception {
    Outcome outcome = finish(script("--cufft", "here"));
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors())
        .isEqualTo(
            "forwarders: unknown option --cufft; known are --out DIR, --cublas FILE and --cudnn FILE\n");
  }

  @ParameterizedTest
  @EnumSource
  void theListsAreWhatTheNativesImport(Library library) throws Exception {
    Path natives = folder.resolve("caller.so");
    try (@Nullable InputStream caller = getClass().getResourceAsStream(library.caller)) {
      assumeTrue(caller != null, library.caller + " is not on the class path");
      Files.copy(caller, natives);
    }
    String version = "@" + library.oldName;
    assertThat(run("nm", "-D", "--undefined-only", natives.toString()).output().lines())
        .filteredOn(line -> line.endsWith(version))
        .extracting(line -> line.strip().substring("U ".length()).replace(version, ""))
        .containsExactlyInAnyOrderElementsOf(library.functions());
  }

  /** A new library whose functions return 1000, 1001 and so on. */
  private Path target(Library library, List<String> functions) throws Exception {
    return compileTarget(library, numbered(functions));
  }

  private static String numbered(List<String> functions) {
    return IntStream.range(0, functions.size())
        .mapToObj(i -> "int %s(void) { return %d; }\n".formatted(functions.get(i), 1000 + i))
        .collect(joining());
  }

  private Path compileTarget(Library library, String source) throws Exception {
    Path target = Files.createDirectories(folder.resolve("new")).resolve(library.newName);
    compile(source, "-shared", "-fPIC", "-Wl,-soname," + library.newName, "-o", target.toString());
    return target;
  }

  private Path forwarder(Library library, Path target) throws Exception {
    Outcome outcome = build(library, target);
    Path forwarder = folder.resolve("old").resolve(library.oldName);
    assertThat(outcome.output())
        .as(outcome.errors())
        .contains(
            "%s -> %s: %d functions\n".formatted(forwarder, target, library.functions().size()));
    return forwarder;
  }

  private Outcome build(Library library, Path target) throws Exception {
    return finish(
        script("--out", folder.resolve("old").toString(), library.option(), target.toString()));
  }

  private static ProcessBuilder script(String... arguments) {
    List<String> command = new ArrayList<>(List.of("native-build/forwarders.sh"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  /** What the functions return to a program that knows only the old library. */
  private List<Integer> answers(Library library, List<String> functions) throws Exception {
    String source =
        "#include <stdio.h>\n"
            + functions.stream().map(name -> "int " + name + "(void);\n").collect(joining())
            + "int main(void) {\n"
            + functions.stream()
                .map(name -> "  printf(\"%d\\n\", " + name + "());\n")
                .collect(joining())
            + "}\n";
    return runCaller(library, source).output().lines().map(Integer::valueOf).toList();
  }

  private Outcome runCaller(Library library, String source) throws Exception {
    Path program = folder.resolve("caller");
    Path old = folder.resolve("old");
    compile(
        source,
        "-o",
        program.toString(),
        old.resolve(library.oldName).toString(),
        "-Wl,-rpath," + old);
    Outcome outcome = run(program.toString());
    assertThat(outcome.status()).as(outcome.errors()).isZero();
    return outcome;
  }

  private void compile(String source, String... options) throws Exception {
    Path file = Files.writeString(folder.resolve("source.c"), source);
    List<String> command = new ArrayList<>(List.of("gcc", "-w", file.toString()));
    command.addAll(List.of(options));
    Outcome outcome = finish(new ProcessBuilder(command));
    assertThat(outcome.status()).as(outcome.errors()).isZero();
  }

  private Outcome run(String... command) throws Exception {
    return finish(new ProcessBuilder(command));
  }

  private Outcome finish(ProcessBuilder command) throws Exception {
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    Process process =
        command.redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
    return new Outcome(process.waitFor(), text(output), text(errors));
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
