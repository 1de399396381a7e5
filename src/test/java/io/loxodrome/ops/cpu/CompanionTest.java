package io.loxodrome.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing is lost between the two threads; a wake-up that were would keep a test from ending. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CompanionTest {
  private static final AtomicInteger COUNT = new AtomicInteger();

  /** Each test's own: the thread of the one before may still be about to end. */
  private final String name = "companion under test " + COUNT.incrementAndGet();

  private final Companion companion = new Companion(name);
  private final Random random = new Random(7);
  private int done;

  @AfterEach
  void end() {
    companion.end();
  }

  private void task() {
    done++;
  }

  /** The counter is a plain field: each thread has to see what the other wrote before. */
  @Test
  void manyThousandHandoversAreAllDoneInOrder() {
    for (int i = 1; i <= 50_000; i++) {
      companion.begin(this::task);
      assertThat(companion.await()).isNull();
      if (done != i) {
        assertThat(done).as("tasks done after handover %d", i).isEqualTo(i);
      }
    }
  }

  /** Around the time after which either side stops looking and sleeps. */
  @Test
  void nobodySleepsThroughAHandover() {
    for (int i = 1; i <= 500; i++) {
      int pause = random.nextInt(250_000);
      int length = random.nextInt(250_000);
      LockSupport.parkNanos(pause);
      companion.begin(
          () -> {
            LockSupport.parkNanos(length);
            task();
          });
      assertThat(companion.await()).isNull();
      assertThat(done).isEqualTo(i);
    }
  }

  @Test
  void whatATaskThrowsIsReturnedOnce() {
    Error error = new AssertionError("thrown by the task");
    companion.begin(
        () -> {
          throw error;
        });
    assertThat(companion.await()).isSameAs(error);
    companion.begin(this::task);
    assertThat(companion.await()).isNull();
    assertThat(done).isOne();
  }

  @Test
  void anInterruptIsKeptUntilTheTaskIsDone() {
    AtomicBoolean ended = new AtomicBoolean();
    Thread.currentThread().interrupt();
    companion.begin(
        () -> {
          LockSupport.parkNanos(20_000_000);
          ended.set(true);
        });
    assertThat(companion.await()).isNull();
    assertThat(ended).isTrue();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anInterruptWhileTheCallerSleepsIsKeptToo() {
    Thread caller = Thread.currentThread();
    companion.begin(
        () -> {
          LockSupport.parkNanos(10_000_000);
          caller.interrupt();
          LockSupport.parkNanos(10_000_000);
          task();
        });
    assertThat(companion.await()).isNull();
    assertThat(done).isOne();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aSleeperWakesForItsNextTask() throws InterruptedException {
    for (int i = 1; i <= 3; i++) {
      companion.begin(this::task);
      assertThat(companion.await()).isNull();
      assertThat(done).isEqualTo(i);
      fallAsleep();
    }
  }

  @Test
  void endEndsASleeper() throws InterruptedException {
    Thread sleeper = fallAsleep();
    companion.end();
    sleeper.join();
  }

  @Test
  void endEndsOneThatStillLooks() throws InterruptedException {
    Thread thread = thread();
    companion.begin(this::task);
    companion.await();
    companion.end();
    thread.join();
    assertThat(done).isOne();
  }

  /** Waits until the companion, which has run a task, sleeps. */
  private Thread fallAsleep() throws InterruptedException {
    companion.begin(() -> {});
    assertThat(companion.await()).isNull();
    Thread thread = thread();
    while (thread.getState() != Thread.State.WAITING) {
      Thread.sleep(10);
    }
    return thread;
  }

  private Thread thread() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
