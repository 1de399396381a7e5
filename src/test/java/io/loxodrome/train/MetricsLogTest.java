package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsLogTest {
  private static final String FIRST = "{\"epoch\":1,\"loss\":0.5}\n";
  private static final String SECOND = "{\"epoch\":2,\"loss\":0.25}\n";
  private static final String THIRD = "{\"epoch\":3,\"loss\":0.125}\n";

  private Path file;

  @BeforeEach
  void chooseFile(@TempDir Path folder) {
    file = folder.resolve("metrics.jsonl");
  }

  @Test
  void aLineIsInTheFileOnceItIsAppended() throws IOException {
    try (MetricsLog log = MetricsLog.create(file)) {
      Map<String, Number> values = new LinkedHashMap<>();
      values.put("step", 469);
      values.put("loss", 0.75f);
      values.put("rate \"x\"", 1e-7);
      log.append(1, values);
      assertThat(file)
          .hasContent("{\"epoch\":1,\"step\":469,\"loss\":0.75,\"rate \\\"x\\\"\":1.0E-7}\n");
      log.append(2, Map.of());
    }
    assertThat(Files.readString(file)).endsWith("}\n{\"epoch\":2}\n");
  }

  @Test
  void aNewLogReplacesAnOldOne() throws IOException {
    Files.writeString(file, FIRST);
    MetricsLog.create(file).close();
    assertThat(file).isEmptyFile();
  }

  @Test
  void aResumedLogGoesOnAfterItsEpoch() throws IOException {
    Files.writeString(file, FIRST + FIRST + SECOND + THIRD);
    try (MetricsLog log = MetricsLog.resume(file, 1)) {
      log.append(2, Map.of("loss", 0.3));
    }
    assertThat(Files.readString(file)).isEqualTo(FIRST + FIRST + "{\"epoch\":2,\"loss\":0.3}\n");
  }

  @Test
  void aLogCutAnywhereIsResumedAfterItsLastWholeLine() throws IOException {
    byte[] whole = (FIRST + SECOND).getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length <= whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      try (MetricsLog log = MetricsLog.resume(file, 2)) {
        log.append(3, Map.of("loss", 0.125));
      }
      String kept = length == whole.length ? FIRST + SECOND : length >= FIRST.length() ? FIRST : "";
      assertThat(Files.readString(file)).as("cut to %d bytes", length).isEqualTo(kept + THIRD);
    }
  }

  @Test
  void zerosThatAPowerCutLeftAreCutOff() throws IOException {
    Files.writeString(file, FIRST + "\0\0\0\0");
    MetricsLog.resume(file, 2).close();
    assertThat(Files.readString(file)).isEqualTo(FIRST);
  }

  @Test
  void aLogThatIsNotThereIsStarted() throws IOException {
    MetricsLog.resume(file, 3).close();
    assertThat(file).isEmptyFile();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "epoch",
        "{}",
        "{\"epoch\":\"x\"}",
        "{\"epoch\":1.5}",
        "{\"epoch\":{}}",
        "{\"epoch\":1} {}",
        "{epoch:1}",
        "null"
      })
  void aLineThatIsNoMetricIsRefusedAndTheFileLeftAsItWas(String line) throws IOException {
    String content = FIRST + line + "\n" + SECOND;
    Files.writeString(file, content);
    assertThatThrownBy(() -> MetricsLog.resume(file, 1).close())
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": line 2, at byte 23, is not a JSON object with an epoch");
    assertThat(Files.readString(file)).isEqualTo(content);
  }

  @Test
  void aNumberThatIsNotFiniteIsRefusedAndNothingAppended() throws IOException {
    try (MetricsLog log = MetricsLog.create(file)) {
      assertThatThrownBy(() -> log.append(1, Map.of("loss", Float.NaN)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("loss is NaN, expected a finite number");
      assertThatThrownBy(() -> log.append(1, Map.of("epoch", 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the key 'epoch' is the log's own");
      assertThatThrownBy(() -> log.append(-1, Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("epoch is -1, expected at least 0");
    }
    assertThat(file).isEmptyFile();
  }

  /** A file on a disk that has room for half of each write until it is emptied. */
  private static final class HalfWritten extends RandomAccessFile {
    private boolean full = true;

    HalfWritten(Path path) throws IOException {
      super(path.toFile(), "rw");
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      if (full) {
        super.write(bytes, 0, bytes.length / 2);
        throw new IOException("No space left on device");
      }
      super.write(bytes);
    }
  }

  @Test
  void aFullDiskLeavesNoHalfLine() throws IOException {
    Files.writeString(file, FIRST);
    HalfWritten disk = new HalfWritten(file);
    try (MetricsLog log = new MetricsLog(file, disk)) {
      assertThatThrownBy(() -> log.append(2, Map.of("loss", 0.25)))
          .isInstanceOf(IOException.class)
          .hasMessage(file + ": cannot append at byte 23: No space left on device");
      assertThat(Files.readString(file)).isEqualTo(FIRST);
      disk.full = false;
      log.append(2, Map.of("loss", 0.25));
    }
    assertThat(Files.readString(file)).isEqualTo(FIRST + SECOND);
  }

  @Test
  void aClosedLogRefusesALine() throws IOException {
    MetricsLog log = MetricsLog.create(file);
    log.close();
    log.close();
    assertThatThrownBy(() -> log.append(1, Map.of())).isInstanceOf(IOException.class);
  }
}
