package io.loxodrome.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunStoreTest {
  private Path folder;

  @BeforeEach
  void inItsOwnFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private Path file() {
    return folder.resolve("runs.jsonl");
  }

  private void write(SeedResult... results) throws IOException {
    try (RunStore store = RunStore.open(folder)) {
      for (SeedResult result : results) {
        store.add(Points.ELLIPSE, "cpu", List.of(result));
      }
    }
  }

  private List<Long> seeds() throws IOException {
    try (RunStore store = RunStore.open(folder)) {
      return store.seeds(Points.ELLIPSE);
    }
  }

  @Test
  void whatWasAddedIsReadAgain() throws IOException {
    write(Points.result(2, 0.75), Points.result(-9, 0.5));
    try (RunStore store = RunStore.open(folder)) {
      assertThat(store.results(Points.ELLIPSE))
          .containsExactly(Points.result(-9, 0.5), Points.result(2, 0.75));
      assertThat(store.seeds(Points.ELLIPSE)).containsExactly(-9L, 2L);
      assertThat(store.results(Points.of("none"))).isEmpty();
    }
  }

  @Test
  void aRunIsOneLineOfJsonWithItsSettings() throws IOException {
    write(Points.result(1, 0.75));
    assertThat(Files.readString(file()))
        .isEqualTo(
            "{\"settings\":{\"dataset\":\"fashion-mnist\",\"limit\":\"100\","
                + "\"task\":\"turned:fixed:36\",\"network\":\"paper-cnn\",\"method\":\"ellipse\","
                + "\"optimizer\":\"sgd\",\"momentum\":\"0.9\",\"learning_rate\":\"0.01\","
                + "\"weight_decay\":\"0.0\",\"clip\":\"none\",\"batch\":\"128\",\"epochs\":\"2\","
                + "\"data_seed\":\"1\"},\"seed\":1,\"device\":\"cpu\",\"seconds\":1.5,"
                + "\"images_per_second\":1000.0,\"measures\":{\"accuracy\":0.75},"
                + "\"curves\":{\"accuracy_by_level\":[0.5,null]}}\n");
  }

  @Test
  void aRunIsNotAddedTwice() throws IOException {
    try (RunStore store = RunStore.open(folder)) {
      store.add(Points.ELLIPSE, "cpu", List.of(Points.result(1, 0.5)));
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  store.add(
                      Points.ELLIPSE, "cpu", List.of(Points.result(2, 0.5), Points.result(1, 0.5))))
          .withMessageStartingWith("seed 1 at batch=128");
      assertThat(store.seeds(Points.ELLIPSE)).containsExactly(1L);
    }
    assertThat(seeds()).containsExactly(1L);
  }

  /** Wherever a file is cut, all its whole lines are read, or the torn one is named. */
  @Test
  void aFileCutOffAnywhereIsReadOrItsLineNamed() throws IOException {
    write(Points.result(1, 0.5), Points.result(2, 0.5), Points.result(3, 0.5));
    byte[] whole = Files.readAllBytes(file());
    for (int length = 0; length <= whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      int lines = lines(whole, length);
      if (length == 0 || whole[length - 1] == '\n') {
        assertThat(seeds()).isEqualTo(Points.seeds(1, lines));
      } else {
        assertThatExceptionOfType(IOException.class)
            .isThrownBy(this::seeds)
            .withMessageStartingWith("%s: line %d has no end", file(), lines + 1);
      }
    }
  }

  private static int lines(byte[] bytes, int length) {
    int lines = 0;
    for (int i = 0; i < length; i++) {
      lines += bytes[i] == '\n' ? 1 : 0;
    }
    return lines;
  }

  @Test
  void aLineThatCannotBeReadIsNamedAndTheFileLeftAsItWas() throws IOException {
    write(Points.result(1, 0.5));
    String good = Files.readString(file());
    for (String bad :
        List.of(
            "{}",
            "nonsense",
            "[1]",
            "",
            good.strip() + "{}",
            good.strip().replace("\"seed\":1", "\"seed\":1.5"),
            good.strip().replace("\"seed\":1", "\"seed\":\"2\""),
            good.strip().replace("0.5]", "\"x\"]"),
            good.strip().replace("\"seconds\":1.5", "\"seconds\":null"))) {
      String text = good + bad + "\n";
      Files.writeString(file(), text);
      assertThatExceptionOfType(IOException.class)
          .as(bad)
          .isThrownBy(this::seeds)
          .withMessageStartingWith("%s: line 2 cannot be read, ", file());
      assertThat(file()).hasContent(text);
    }
  }

  @Test
  void twoLinesOfOneRunAreRefused() throws IOException {
    write(Points.result(1, 0.5));
    String line = Files.readString(file());
    Files.writeString(file(), line + line);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(this::seeds)
        .withMessageContaining("line 2")
        .withMessageContaining("second of seed 1");
  }

  @Test
  void aWriteThatFailsAddsNothingAndIsTheLast() throws IOException {
    write(Points.result(1, 0.5));
    String before = Files.readString(file());
    RunStore.Replacement full =
        (file, content) -> {
          throw new IOException("no space left");
        };
    try (RunStore store = RunStore.open(folder, full)) {
      for (String message : List.of("no space left", "could not be written before")) {
        assertThatExceptionOfType(IOException.class)
            .isThrownBy(() -> store.add(Points.ELLIPSE, "cpu", List.of(Points.result(2, 0.5))))
            .withMessageContaining(message);
      }
      assertThat(store.seeds(Points.ELLIPSE)).containsExactly(1L);
    }
    assertThat(file()).hasContent(before);
  }

  /** As AtomicFile when its folder cannot be forced: the error comes after the rename. */
  @Test
  void aWriteThatFailsLateIsReadWhenTheStoreIsOpenedAnew() throws IOException {
    RunStore.Replacement late =
        (file, content) -> {
          Files.write(file, content);
          throw new IOException("the disk is gone");
        };
    try (RunStore store = RunStore.open(folder, late)) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> store.add(Points.ELLIPSE, "cpu", List.of(Points.result(1, 0.5))));
    }
    assertThat(seeds()).containsExactly(1L);
  }

  @Test
  void whatAKilledWriteHasLeftIsDeleted() throws IOException {
    write(Points.result(1, 0.5));
    Path left = Files.writeString(folder.resolve("runs.jsonl.1234.tmp"), "{\"settings\":");
    assertThat(seeds()).containsExactly(1L);
    assertThat(left).doesNotExist();
  }

  @Test
  void aFolderHasOneStoreAtATime() throws IOException {
    try (RunStore store = RunStore.open(folder)) {
      assertThat(store.seeds(Points.ELLIPSE)).isEmpty();
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> RunStore.open(folder))
          .withMessageStartingWith(folder + " is in use by another process");
    }
    assertThat(seeds()).isEmpty();
  }

  @Test
  void aBadFileGivesTheLockBack() throws IOException {
    Files.writeString(file(), "nonsense\n");
    assertThatExceptionOfType(IOException.class).isThrownBy(this::seeds);
    Files.delete(file());
    assertThat(seeds()).isEmpty();
  }

  @Test
  void aFileInPlaceOfTheFolderIsNamed() throws IOException {
    Path taken = Files.writeString(folder.resolve("taken"), "");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> RunStore.open(taken))
        .withMessage(taken + " is a file, expected a folder");
  }

  /** Another process, which holds the lock while it lives and leaves a good file when killed. */
  @Test
  void aKilledProcessLosesNothingItHasReported() throws Exception {
    long reported = 0;
    for (int kill = 0; kill < 3; kill++) {
      Process process = adder();
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        reported = Long.parseLong(out.readLine());
        assertThatExceptionOfType(IOException.class).isThrownBy(this::seeds);
        for (int more = 0; more < 10 + 7 * kill; more++) {
          reported = Long.parseLong(out.readLine());
        }
        // By its handle, since the process itself would close the stream that is read here.
        assertThat(process.toHandle().destroyForcibly()).isTrue();
        for (String line : out.lines().toList()) {
          reported = Math.max(reported, Long.parseLong(line));
        }
      }
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      List<Long> seeds = seeds();
      assertThat(seeds).isEqualTo(Points.seeds(1, seeds.size()));
      assertThat((long) seeds.size()).isBetween(reported, reported + 1);
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files.map(path -> path.getFileName().toString()))
            .containsExactlyInAnyOrder("lock", "runs.jsonl");
      }
    }
  }

  private Process adder() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            EndlessAdder.class.getName(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
