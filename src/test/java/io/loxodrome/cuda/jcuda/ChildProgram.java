package io.loxodrome.cuda.jcuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program in a process of its own: which libraries there are is settled when a process starts,
 * and a failed look-up of CUDA's cannot be tried again in it.
 */
public final class ChildProgram {
  private final Class<?> main;
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private String classPath = System.getProperty("java.class.path");

  private ChildProgram(Class<?> main) {
    this.main = main;
  }

  /** What a program came to. */
  public record Outcome(int code, String out, String err) {}

  /** A program that sees none of CUDA's libraries that this machine may have in special places. */
  public static ChildProgram of(Class<?> main) {
    return new ChildProgram(main);
  }

  /** Libraries that the dynamic loader shall find. */
  public ChildProgram withLibraries(Path... folders) {
    String list = Stream.of(folders).map(Path::toString).collect(Collectors.joining(":"));
    return withVariable("LD_LIBRARY_PATH", list);
  }

  /** A variable of its environment. */
  public ChildProgram withVariable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** An option of java's. */
  public ChildProgram withOption(String option) {
    options.add(option);
    return this;
  }

  /** A folder or jar in front of its class path. */
  public ChildProgram withClassPath(Path entry) {
    classPath = entry + ":" + classPath;
    return this;
  }

  /** Runs it to its end. */
  public Outcome run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 22) { // else it would warn of every native
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.matches("STUB_.*|LOXODROME_.*"));
    builder.environment().putAll(environment);
    Path errors = Files.createTempFile("child", ".err");
    try {
      Process process = builder.redirectError(errors.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      return new Outcome(code, out, Files.readString(errors));
    } finally {
      Files.delete(errors);
    }
  }
}
