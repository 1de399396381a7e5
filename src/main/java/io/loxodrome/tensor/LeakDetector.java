package io.loxodrome.tensor;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds memory that was never closed, and frees it.
 *
 * <p>{@code -Dloxodrome.leakDetection=simple} (the default) says that a block leaked, {@code
 * paranoid} also where it was allocated, {@code off} frees silently.
 */
final class LeakDetector {
  private enum Watch {
    OFF,
    SIMPLE,
    PARANOID
  }

  private static final String PROPERTY = "loxodrome.leakDetection";
  private static final Logger LOG = System.getLogger(LeakDetector.class.getName());
  private static final Watch WATCH = watch(System.getProperty(PROPERTY, "simple"));
  private static final Cleaner CLEANER = Cleaner.create();
  private static final AtomicLong LEAKS = new AtomicLong();

  private LeakDetector() {}

  private static Watch watch(String value) {
    try {
      return Watch.valueOf(value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          PROPERTY + " is '" + value + "'; it takes off, simple or paranoid", e);
    }
  }

  /** Blocks found unreachable and unclosed since the start. */
  static long leaks() {
    return LEAKS.get();
  }

  static Ticket track(Object owner, long bytes, Runnable release) {
    Throwable site = WATCH == Watch.PARANOID ? new Throwable("allocated here") : null;
    Allocation allocation = new Allocation(bytes, release, site);
    return new Ticket(allocation, CLEANER.register(owner, allocation::reclaim));
  }

  /** Proof that a block is out; giving it back twice releases it once. */
  static final class Ticket {
    private final Allocation allocation;
    private final Cleaner.Cleanable cleanable;

    private Ticket(Allocation allocation, Cleaner.Cleanable cleanable) {
      this.allocation = allocation;
      this.cleanable = cleanable;
    }

    boolean isReturned() {
      return allocation.returned.get();
    }

    void giveBack() {
      allocation.release();
      cleanable.clean();
    }
  }

  private static final class Allocation {
    private final AtomicBoolean returned = new AtomicBoolean();
    private final long bytes;
    private final Runnable release;
    private final @Nullable Throwable site;

    private Allocation(long bytes, Runnable release, @Nullable Throwable site) {
      this.bytes = bytes;
      this.release = release;
      this.site = site;
    }

    private boolean release() {
      boolean first = returned.compareAndSet(false, true);
      if (first) {
        release.run();
      }
      return first;
    }

    private void reclaim() {
      if (release()) {
        LEAKS.incrementAndGet();
        report();
      }
    }

    private void report() {
      if (WATCH == Watch.OFF) {
        return;
      }
      String message = "leak: " + bytes + " bytes of device memory were never closed";
      if (site == null) {
        LOG.log(Level.WARNING, message + "; -D" + PROPERTY + "=paranoid shows where from");
      } else {
        LOG.log(Level.WARNING, message, site);
      }
    }
  }
}
