package io.loxodrome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.train.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals, which end a process: so the program runs in one of its own. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class InterruptTest {
  /** Images in a step; 30 images make three steps an epoch. */
  private static final String BATCH = "10";

  private static final int STEPS_PER_EPOCH = 3;

  private Path folder;
  private Path data;
  private Path run;
  private Path errors;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void writeData(@TempDir Path temporary) throws IOException {
    folder = temporary;
    data = FashionFiles.write(folder.resolve("data"));
    run = folder.resolve("run");
    errors = folder.resolve("errors");
  }

  @AfterEach
  void endWhatATestLeftRunning() {
    started.forEach(Process::destroyForcibly);
  }

  private List<String> train(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("train", "--device", "cpu", "--data", data.toString()));
    arguments.addAll(List.of(more));
    return arguments;
  }

  /** Starts the program with its signals as a shell would leave them to it. */
  private Process start(List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "--default-signal",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Loxodrome.class.getName()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(errors.toFile())
            .start();
    started.add(process);
    return process;
  }

  /** Sends a signal twice, the second before the first has ended the process. */
  private static void signalTwice(Process process, String signal)
      throws IOException, InterruptedException {
    // The shell's own kill: a small system has no other.
    String kill = "kill -" + signal + " " + process.pid();
    Process shell = new ProcessBuilder("sh", "-c", kill + " && " + kill).start();
    assertThat(shell.waitFor()).isZero();
  }

  /** Waits until a second epoch is at work. */
  private void awaitCheckpoint(Process process) throws InterruptedException {
    Path checkpoint = run.resolve("checkpoint.safetensors");
    while (!Files.exists(checkpoint)) {
      assertThat(process.isAlive()).as("the run goes on").isTrue();
      Thread.sleep(20);
    }
  }

  private long steps() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(run.resolve("checkpoint.safetensors"))) {
      return checkpoint.description().position().steps();
    }
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void aSignalSavesTheRunAndItGoesOnWithTheSameBits(String signal, int code)
      throws IOException, InterruptedException {
    Process process =
        start(train("--batch", BATCH, "--epochs", "1000000", "--out", run.toString()));
    awaitCheckpoint(process);
    signalTwice(process, signal);
    assertThat(process.waitFor()).isEqualTo(code);
    long steps = steps();
    assertThat(Files.readAllLines(errors))
        .last()
        .isEqualTo(
            "stopped after step " + steps + "; saved, go on with --out " + run + " --resume");
    assertGoesOn(steps);
  }

  private void assertGoesOn(long steps) throws IOException {
    String epochs = Long.toString(steps / STEPS_PER_EPOCH + 1);
    Path unbroken = folder.resolve("unbroken");
    Outcome.of(
            train("--epochs", epochs, "--out", run.toString(), "--resume").toArray(String[]::new))
        .succeeded();
    Outcome.of(
            train("--batch", BATCH, "--epochs", epochs, "--out", unbroken.toString())
                .toArray(String[]::new))
        .succeeded();
    for (String file : List.of("checkpoint.safetensors", "accuracy_by_angle.svg")) {
      assertThat(run.resolve(file)).hasSameBinaryContentAs(unbroken.resolve(file));
    }
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl")))
        .hasSameSizeAs(Files.readAllLines(unbroken.resolve("metrics.jsonl")));
  }

  @Test
  void aRunWithoutAFolderEndsToo() throws IOException, InterruptedException {
    Process process = start(train("--batch", BATCH, "--epochs", "1000000"));
    while (!Files.readString(errors).contains("epoch 1/")) {
      assertThat(process.isAlive()).as("the run goes on").isTrue();
      Thread.sleep(20);
    }
    signalTwice(process, "INT");
    assertThat(process.waitFor()).isEqualTo(130);
    assertThat(Files.readAllLines(errors))
        .last()
        .asString()
        .matches(
            "stopped after step \\d+; nothing was saved, because the run has no folder \\(--out\\)");
  }

  @Test
  void theProcessEndsWithTheCommandsCode() throws IOException, InterruptedException {
    assertThat(start(List.of("manifold", "ellipse")).waitFor()).isZero();
    assertThat(start(List.of("manifold", "knot")).waitFor()).isEqualTo(2);
    assertThat(start(List.of("evaluate", folder.toString())).waitFor()).isEqualTo(1);
  }
}
