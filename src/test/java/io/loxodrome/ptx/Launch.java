package io.loxodrome.ptx;

import io.loxodrome.cuda.LaunchShape;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** A kernel as it runs: the time, the counters and what all its blocks share. */
final class Launch {
  final EntryCode code;
  final LaunchShape shape;
  final GlobalMemory memory;
  final SharedMemory shared;
  final byte[] parameters;
  final Counters counters = new Counters();
  final Dice random;

  /** The time, a {@link Stamp} without a who. */
  long now;

  /** The time when the launch started. */
  final long start;

  /** The time when the block that runs started. */
  long blockStart;

  /** The time of that block's last barrier, or of its start. */
  long epoch;

  private final long[] visits;
  private final long[] lanes;
  private final long limit;
  private long remaining;

  /**
   * Nothing run yet.
   *
   * @param now the time after everything that ran before
   * @param limit the most instructions that may be issued to warps
   */
  Launch(
      EntryCode code,
      LaunchShape shape,
      byte[] parameters,
      GlobalMemory memory,
      Dice random,
      long now,
      long limit) {
    this.code = code;
    this.shape = shape;
    this.parameters = parameters.clone();
    this.memory = memory;
    this.random = random;
    this.shared = new SharedMemory(code.shared.bytes(shape.sharedBytes()));
    this.now = now + Stamp.TICK;
    this.start = this.now;
    this.visits = new long[code.blocks.length];
    this.lanes = new long[code.blocks.length];
    this.limit = limit;
    this.remaining = limit;
  }

  /** Runs the blocks, or only those that the predicate holds for. */
  void run(@Nullable LongPredicate only) {
    long blocks = shape.blocksX() * shape.blocksY() * shape.blocksZ();
    long step = step(blocks);
    long at = blocks == 1 ? 0 : random.next() % blocks;
    BlockRun block = new BlockRun(this);
    for (long i = 0; i < blocks; i++) {
      if (only == null || only.test(at)) {
        block.run(at);
      }
      at += step;
      if (at >= blocks) {
        at -= blocks;
      }
    }
  }

  /** A random stride that visits every block once. */
  private long step(long blocks) {
    long step = blocks <= 2 ? 1 : 1 + random.next() % (blocks - 1);
    while (greatestCommonDivisor(step, blocks) != 1) {
      step++;
    }
    return step % blocks;
  }

  private static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  void tick() {
    now += Stamp.TICK;
  }

  /** Which lanes of a warp have a thread. */
  int lanes(int warp) {
    int threads = shape.threads() - warp * Warp.LANES;
    return threads >= Warp.LANES ? -1 : (1 << threads) - 1;
  }

  /** Counts a run through a basic block. */
  void visit(int at, int mask, Warp warp) {
    BasicBlock block = code.blocks[at];
    visits[at]++;
    lanes[at] += Integer.bitCount(mask);
    remaining -= block.instructions;
    if (remaining < 0) {
      throw warp.fault(
          block.statement,
          Integer.numberOfTrailingZeros(mask),
          "runaway kernel: more than %d instructions of warps in one launch".formatted(limit));
    }
  }

  Counts counts() {
    return counters.counts(code.blocks, visits, lanes);
  }
}
