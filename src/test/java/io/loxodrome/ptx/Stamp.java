package io.loxodrome.ptx;

/**
 * When and by whom memory was touched, packed into a long: time above, then a flag, then who.
 *
 * <p>Time only ever grows: it moves on at each launch, at each block's start, at each barrier of a
 * block and at each barrier of a warp. Since blocks run one after another, comparing a stamp with
 * the time at which the launch, the block or the block's last barrier was tells what it is ordered
 * with; stamps of earlier launches need no clearing.
 */
final class Stamp {
  /** Memory that nothing was written to. */
  static final long UNINITIALIZED = Long.MAX_VALUE;

  private static final int WHO_BITS = 12;
  private static final int WHO = (1 << WHO_BITS) - 1;

  /** Blocks besides the last one read this in the same launch. */
  static final long SEVERAL_BLOCKS = 1L << WHO_BITS;

  /** Written by atomic operations only. */
  static final long ATOMIC = 2L << WHO_BITS;

  /** The step from one time to the next. */
  static final long TICK = 4L << WHO_BITS;

  /** Plus a warp's index: several threads of that warp. Below are single threads. */
  private static final int MANY_OF_WARP = 1024;

  private static final int SEVERAL_WARPS = 2047;

  private Stamp() {}

  private static int who(long stamp) {
    return (int) stamp & WHO;
  }

  /** All active lanes of a warp at once. */
  static int lanes(Warp warp, int mask) {
    return (mask & (mask - 1)) == 0
        ? warp.firstThread() + Integer.numberOfTrailingZeros(mask)
        : MANY_OF_WARP + warp.index;
  }

  /**
   * Whether an access since the block's last barrier is ordered before one that {@code who} of the
   * warp makes now.
   */
  static boolean ordered(long stamp, int who, Warp warp) {
    int before = who(stamp);
    if (before == who && before < MANY_OF_WARP) {
      return true;
    }
    return warpOf(before) == warp.index && stamp < warp.epoch;
  }

  private static int warpOf(int who) {
    if (who < MANY_OF_WARP) {
      return who / Warp.LANES;
    }
    return who < SEVERAL_WARPS ? who - MANY_OF_WARP : -1;
  }

  /**
   * The stamp of an access now that goes on a line of accesses of the same kind: reads, or atomic
   * operations. The last one was in the same launch.
   */
  static long next(long before, int who, Warp warp) {
    Launch launch = warp.launch;
    long flag = before & (SEVERAL_BLOCKS | ATOMIC);
    if (before < launch.blockStart) {
      return launch.now | flag | SEVERAL_BLOCKS | who;
    }
    if (before < launch.epoch) {
      return launch.now | flag | who;
    }
    int last = who(before);
    if (last == who) {
      return launch.now | flag | who;
    }
    if (warpOf(last) != warp.index) {
      return launch.now | flag | SEVERAL_WARPS;
    }
    return launch.now | flag | (before < warp.epoch ? who : MANY_OF_WARP + warp.index);
  }

  /** The stamp of an atomic operation now, which may be ordered with what was last written. */
  static long atomic(long before, int who, Warp warp, long since) {
    if (before < since || before == UNINITIALIZED) {
      return warp.launch.now | ATOMIC | who;
    }
    if ((before & ATOMIC) != 0) {
      return next(before, who, warp);
    }
    // What the thread itself stored stays visible: others are not ordered with that.
    return warp.launch.now | (before < warp.launch.epoch ? ATOMIC : 0) | who;
  }

  /** Who it was, for people. */
  static String describe(long stamp) {
    int who = who(stamp);
    String atomically = (stamp & ATOMIC) != 0 ? ", by an atomic operation," : "";
    if (who < MANY_OF_WARP) {
      return "thread " + who + atomically;
    }
    return (who == SEVERAL_WARPS
            ? "threads of several warps"
            : "several threads of warp " + (who - MANY_OF_WARP))
        + atomically;
  }
}
