package io.loxodrome.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeakDetectorTest {
  private static final int ODD_SIZE = 12_347;

  private final Logger logger = Logger.getLogger(LeakDetector.class.getName());
  private final List<LogRecord> reports = new CopyOnWriteArrayList<>();
  private final Handler collector =
      new Handler() {
        @Override
        public void publish(LogRecord report) {
          reports.add(report);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    logger.addHandler(collector);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void stopListening() {
    logger.removeHandler(collector);
    logger.setUseParentHandlers(true);
  }

  /** Collects garbage until the condition holds, for two seconds at most. */
  @SuppressWarnings("SystemGC")
  private static void collectUntil(BooleanSupplier condition) throws InterruptedException {
    for (int turn = 0; turn < 200 && !condition.getAsBoolean(); turn++) {
      System.gc();
      Thread.sleep(10);
    }
  }

  private boolean isReported() {
    return reports.stream().anyMatch(report -> report.getMessage().contains(" " + ODD_SIZE + " "));
  }

  private static void forgetABlock(AtomicInteger releases) {
    assertThat(ArrayMemory.of(ODD_SIZE, releases).bytes()).isEqualTo(ODD_SIZE);
  }

  private static void closeABlock(AtomicInteger releases) {
    ArrayMemory.of(ODD_SIZE, releases).close();
  }

  @Test
  void aForgottenBlockIsReleasedAndReportedWithItsOrigin() throws InterruptedException {
    AtomicInteger releases = new AtomicInteger();
    long before = LeakDetector.leaks();
    forgetABlock(releases);
    collectUntil(this::isReported);
    assertThat(releases).hasValue(1);
    assertThat(LeakDetector.leaks()).isGreaterThan(before);
    LogRecord report =
        reports.stream()
            .filter(each -> each.getMessage().contains(" " + ODD_SIZE + " "))
            .findFirst()
            .orElseThrow();
    assertThat(report.getThrown().getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("forgetABlock"));
  }

  @Test
  void aClosedBlockIsNotReported() throws InterruptedException {
    AtomicInteger closed = new AtomicInteger();
    AtomicInteger forgotten = new AtomicInteger();
    closeABlock(closed);
    ArrayMemory.of(1, forgotten).bytes();
    collectUntil(() -> forgotten.get() == 1);
    assertThat(forgotten).hasValue(1);
    assertThat(closed).hasValue(1);
    assertThat(isReported()).isFalse();
  }
}
