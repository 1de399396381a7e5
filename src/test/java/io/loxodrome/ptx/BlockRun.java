package io.loxodrome.ptx;

import java.util.HashMap;
import java.util.Map;

/** One block at a time: its warps take turns, and wait for each other at barriers. */
final class BlockRun {
  private static final int LONGEST_TURN = 64;

  private final Launch launch;
  private final Warp[] warps;
  private final Map<Special, Integer> perBlock = new HashMap<>();
  private final int[] ready;
  private long linear;

  BlockRun(Launch launch) {
    this.launch = launch;
    launch
        .code
        .registers
        .specials()
        .forEach(
            (special, row) -> {
              if (special.perBlock()) {
                perBlock.put(special, row);
              }
            });
    warps = new Warp[(launch.shape.threads() + Warp.LANES - 1) / Warp.LANES];
    for (int i = 0; i < warps.length; i++) {
      warps[i] = new Warp(launch, this, i);
    }
    ready = new int[warps.length];
  }

  /** A coordinate of the block in the grid. */
  long coordinate(Special axis) {
    long x = launch.shape.blocksX();
    long y = launch.shape.blocksY();
    return switch (axis) {
      case CTAID_X -> linear % x;
      case CTAID_Y -> linear / x % y;
      case CTAID_Z -> linear / x / y;
      default -> throw new IllegalArgumentException(axis + " is no coordinate of a block");
    };
  }

  /** Runs the block of that index to its end. */
  void run(long index) {
    linear = index;
    launch.tick();
    launch.blockStart = launch.now;
    launch.epoch = launch.now;
    for (Warp warp : warps) {
      warp.start(perBlock);
    }
    int runnable = findReady();
    while (runnable > 0) {
      Warp warp = warps[ready[launch.random.below(runnable)]];
      warp.run(runnable == 1 ? Integer.MAX_VALUE : 1 + launch.random.below(LONGEST_TURN));
      runnable = findReady();
    }
    for (Warp warp : warps) {
      if (warp.state == Warp.State.AT_BARRIER) {
        throw stuck(warp);
      }
    }
  }

  private int findReady() {
    int count = 0;
    for (int i = 0; i < warps.length; i++) {
      if (warps[i].state == Warp.State.RUNNABLE) {
        ready[count++] = i;
      }
    }
    return count;
  }

  private PtxFault stuck(Warp warp) {
    int finished = 0;
    for (Warp other : warps) {
      finished += other.state == Warp.State.FINISHED ? 1 : 0;
    }
    String why =
        finished == 0
            ? "other warps of the block wait at other barriers"
            : "%d of the block's %d warps ended before they came to it"
                .formatted(finished, warps.length);
    return warp.fault(
        warp.waitingAt().statement(),
        Integer.numberOfTrailingZeros(warp.live),
        "divergent barrier: this one never opens, since " + why);
  }

  /** A warp comes to a barrier; the last one opens it. */
  void arrive(Warp warp, Terminator.Barrier barrier) {
    int lane = Integer.numberOfTrailingZeros(warp.mask);
    if (!warp.full) {
      throw warp.fault(
          barrier.statement(),
          lane,
          "divergent barrier: lanes 0x%x of the warp are at it, lanes 0x%x are not"
              .formatted(warp.mask, warp.live & ~warp.mask));
    }
    int id = number(warp, barrier.id(), barrier, lane);
    int whole = warps.length * Warp.LANES;
    int expected = barrier.count() < 0 ? whole : number(warp, barrier.count(), barrier, lane);
    warp.await(barrier);
    warp.waitingFor = id;
    int arrived = 0;
    for (Warp other : warps) {
      if (other.state == Warp.State.AT_BARRIER && other.waitingFor == id) {
        arrived += Warp.LANES;
        if (!other.waitingAt().equals(barrier)) {
          throw warp.fault(
              barrier.statement(),
              lane,
              "divergent barrier: warp %d of the block waits at another one, line %d"
                  .formatted(other.index, other.waitingAt().statement().line()));
        }
      }
    }
    if (arrived >= expected) {
      open(id, arrived == whole);
    }
  }

  private static int number(Warp warp, int row, Terminator.Barrier barrier, int lane) {
    int[] values = warp.row(row);
    for (int m = warp.mask; m != 0; m &= m - 1) {
      if (values[Integer.numberOfTrailingZeros(m)] != values[lane]) {
        throw warp.fault(
            barrier.statement(), lane, "divergent barrier: the warp's lanes name different ones");
      }
    }
    return values[lane];
  }

  private void open(int id, boolean whole) {
    int count = 0;
    int total = 0;
    for (Warp warp : warps) {
      if (warp.isWaitingFor(id)) {
        count += Integer.bitCount(warp.waitingAt().contribution(warp));
        total += Integer.bitCount(warp.live);
      }
    }
    if (whole) {
      launch.tick();
      launch.epoch = launch.now;
    }
    for (Warp warp : warps) {
      if (warp.isWaitingFor(id)) {
        warp.waitingAt().deliver(warp, count, total);
        warp.release(whole);
      }
    }
  }
}
