package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
  private long nanos;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private Pace pace(int firstEpoch, int epochs) {
    return new Pace(firstEpoch, epochs, 1000, () -> nanos);
  }

  private void pass(double seconds) {
    nanos += (long) (seconds * 1e9);
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void elsewhereThanOnATerminalEachEpochIsALine() {
    try (Progress progress = new ProgressLog(pace(2, 3), out)) {
      pass(2);
      progress.step(600, 0.75);
      pass(2);
      progress.step(400, 0.5);
      assertThat(printed()).isEmpty();
      progress.endEpoch(0.625);
      pass(65);
      progress.step(1000, 0.25);
      progress.endEpoch(0.25);
    }
    assertThat(printed())
        .isEqualTo(
            """
            epoch 2/3: loss 0.6250, 250 images/s, 0:04
            epoch 3/3: loss 0.2500, 15 images/s, 1:05
            """);
  }

  @Test
  void aNoteHasALineOfItsOwn() {
    try (Progress progress = new ProgressLog(pace(1, 1), out)) {
      progress.note("so it is");
    }
    assertThat(printed()).isEqualTo("so it is\n");
    bytes.reset();
    try (Progress progress = new ProgressBarLine(pace(1, 1), out)) {
      progress.note("so it is");
    }
    assertThat(printed().lines().map(String::strip)).contains("so it is");
  }

  @Test
  void onATerminalTheBarEndsFullOnALineOfItsOwn() {
    try (Progress progress = new ProgressBarLine(pace(1, 2), out)) {
      pass(4);
      progress.step(1000, 0.75);
      progress.endEpoch(0.75);
      pass(4);
      progress.step(1000, 0.5);
      progress.endEpoch(0.5);
    }
    String last = printed().substring(printed().lastIndexOf('\r') + 1);
    assertThat(last.stripTrailing())
        .isEqualTo("100% [====================] epoch 2/2, loss 0.5000, 250 images/s, 0:00 left");
    assertThat(last).endsWith("\n");
  }

  @Test
  void aBarThatIsClosedAtOnceStillEndsItsLineOnce() {
    Progress progress = new ProgressBarLine(pace(1, 1), out);
    progress.close();
    progress.close();
    assertThat(printed()).containsOnlyOnce("\n").endsWith("\n");
  }

  @Test
  void anInterruptOutlivesTheBar() {
    Progress progress = new ProgressBarLine(pace(1, 1), out);
    Thread.currentThread().interrupt();
    progress.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(printed()).endsWith("\n");
  }

  @Test
  void theBarShowsTheShareOfTheWholeRunAndTheTimeToItsEnd() {
    try (Progress progress = new ProgressBarLine(pace(2, 4), out)) {
      pass(2);
      progress.step(500, 1.25);
    }
    assertThat(printed())
        .contains("\r 37% [=======             ] epoch 2/4, loss 1.2500, 250 images/s, 0:10 left");
  }

  @Test
  void theBarNeverLeavesItsLine() {
    try (Progress progress = new ProgressBarLine(pace(99_999, 99_999), out)) {
      progress.step(999, 1e20);
    }
    assertThat(printed().strip().split("\r"))
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
  }

  @Test
  void beforeTheFirstBatchThereIsNoSpeed() {
    Pace pace = pace(1, 1);
    assertThat(pace.speed()).isEqualTo("? images/s");
    assertThat(pace.left()).isEqualTo("?");
  }

  @ParameterizedTest
  @CsvSource({"0, 0:00", "7.4, 0:07", "59.6, 1:00", "754, 12:34", "3599.4, 59:59", "3723, 1:02:03"})
  void durationsReadAsAClock(double seconds, String clock) {
    assertThat(Pace.clock(seconds)).isEqualTo(clock);
  }

  @Test
  void aRunWithoutEpochsOrImagesIsRefused() {
    assertThatThrownBy(() -> Progress.onStandardError(0, 3, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("first epoch is 0, expected it in [1, 3]");
    assertThatThrownBy(() -> Progress.onStandardError(4, 3, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("first epoch is 4, expected it in [1, 3]");
    assertThatThrownBy(() -> Progress.onStandardError(1, 3, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0 images an epoch, expected at least 1");
  }
}
