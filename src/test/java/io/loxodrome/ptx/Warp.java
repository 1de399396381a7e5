package io.loxodrome.ptx;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * 32 threads in lock-step: their registers, which of them are active, and where the others wait.
 *
 * <p>Where lanes part, each side runs alone up to the branch's immediate post-dominator; the sides
 * that wait are on a stack.
 */
final class Warp {
  static final int LANES = 32;

  /** What a warp does next. */
  enum State {
    RUNNABLE,
    AT_BARRIER,
    FINISHED
  }

  private static final int NOWHERE = -2;

  /** The lanes that execute the current instruction. */
  int mask;

  /** Whether those are all that have not exited: then the other lanes' registers do not matter. */
  boolean full;

  /** The lanes that have not exited. */
  int live;

  /** Bit masks, one per predicate register. */
  final int[] predicates;

  /** Bit masks, one per register: where it was written; kept up only where that is in doubt. */
  final int[] written;

  /** The carry flag of extended-precision arithmetic, a bit per lane. */
  int carry;

  /** Addresses of the request at hand. */
  final long[] addresses = new long[LANES];

  /** Where {@link #addresses} are sorted. */
  final long[] sorted = new long[LANES];

  /** Since the last time that the whole warp was in step with itself, a stamp. */
  long epoch;

  final Launch launch;
  final BlockRun block;
  final int index;
  final LocalMemory local;

  State state = State.FINISHED;

  /** Means something in state AT_BARRIER only. */
  private Terminator.@Nullable Barrier waitingAt;

  /** Likewise: the barrier's number. */
  int waitingFor;

  private final Object[] rows;
  private final Object[] scratch;
  private final EntryCode code;

  private int at;
  private int reconverge;
  private int depth;
  private int[] stackAt = new int[16];
  private int[] stackMask = new int[16];
  private int[] stackReconverge = new int[16];

  Warp(Launch launch, BlockRun block, int index) {
    this.launch = launch;
    this.block = block;
    this.index = index;
    this.code = launch.code;
    this.rows = code.registers.newRows();
    this.predicates = new int[code.registers.predicates()];
    this.written = new int[code.registers.all().size()];
    this.scratch = new Object[Kind.values().length];
    for (Kind kind : Kind.values()) {
      scratch[kind.index] = kind.newRow();
    }
    this.local = new LocalMemory(code.localBytes);
    code.registers.specials().forEach((special, row) -> fillSpecial(special, row));
  }

  private void fillSpecial(Special special, int row) {
    int[] lanes = row(row);
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] =
          switch (special) {
            case TID_X -> firstThread() + lane;
            case NTID_X -> launch.shape.threads();
            case NTID_Y, NTID_Z -> 1;
            case NCTAID_X -> (int) launch.shape.blocksX();
            case NCTAID_Y -> (int) launch.shape.blocksY();
            case NCTAID_Z -> (int) launch.shape.blocksZ();
            case LANEID -> lane;
            case WARPID -> index;
            case NWARPID -> (launch.shape.threads() + LANES - 1) / LANES;
            case LANEMASK_EQ -> 1 << lane;
            case LANEMASK_LT -> (1 << lane) - 1;
            case LANEMASK_LE -> (2 << lane) - 1;
            case LANEMASK_GT -> -(2 << lane);
            case LANEMASK_GE -> -(1 << lane);
            case DYNAMIC_SMEM_SIZE -> launch.shape.sharedBytes();
            case TOTAL_SMEM_SIZE -> launch.shared.bytes();
            case WARP_SIZE -> LANES;
            case TID_Y, TID_Z, CTAID_X, CTAID_Y, CTAID_Z -> 0;
          };
    }
  }

  /** The block's thread in lane 0. */
  int firstThread() {
    return index * LANES;
  }

  /** A register's lanes, as the array that its kind is stored in. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  <T> T row(int row) {
    return (T) rows[row];
  }

  /** Room for one row, free between instructions. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  <T> T scratch(Kind kind) {
    return (T) scratch[kind.index];
  }

  /** Puts the warp at the start of a block. */
  void start(Map<Special, Integer> perBlock) {
    live = launch.lanes(index);
    mask = live;
    full = true;
    carry = 0;
    at = 0;
    reconverge = EntryCode.NEVER;
    depth = 0;
    state = State.RUNNABLE;
    epoch = launch.now;
    if (code.checksRegisters) {
      Arrays.fill(written, 0);
    }
    local.forget();
    perBlock.forEach(
        (special, row) -> {
          int[] lanes = row(row);
          Arrays.fill(lanes, (int) block.coordinate(special));
        });
  }

  /**
   * Runs until a barrier, the end, or a number of basic blocks.
   *
   * @param steps the most basic blocks
   */
  void run(int steps) {
    for (int i = 0; i < steps && state == State.RUNNABLE; i++) {
      BasicBlock basic = code.blocks[at];
      launch.visit(at, mask, this);
      for (Instruction instruction : basic.body) {
        instruction.execute(this);
      }
      basic.terminator.execute(this);
    }
  }

  /** Sets the active lanes for a guarded instruction, or back. */
  void activate(int lanes) {
    mask = lanes;
    full = lanes == live;
  }

  /** All active lanes go on at a basic block. */
  void jump(int target) {
    at = target;
    while (at == reconverge) {
      pop();
    }
  }

  /**
   * The lanes of {@code taken} go to one block, the other active ones to another.
   *
   * @param meet where they meet again; {@link EntryCode#NEVER} if that is behind the end
   */
  void branch(int taken, int target, int next, int meet) {
    int here = taken & mask;
    int there = mask & ~taken;
    if (there == 0) {
      jump(target);
    } else if (here == 0) {
      jump(next);
    } else {
      if (meet != reconverge) {
        push(meet, mask, reconverge);
        reconverge = meet;
      }
      if (runsFirst(target, next)) {
        part(here, target, there, next);
      } else {
        part(there, next, here, target);
      }
    }
  }

  /** Whoever can only run to the end goes before whoever can come to a barrier. */
  private boolean runsFirst(int target, int next) {
    boolean targetWaits = code.blocks[target].reachesBarrier;
    boolean nextWaits = code.blocks[next].reachesBarrier;
    return targetWaits == nextWaits ? (launch.random.nextBit() == 0) : nextWaits;
  }

  private void part(int first, int firstAt, int second, int secondAt) {
    if (secondAt != reconverge) {
      push(secondAt, second, reconverge);
    }
    activate(first);
    jump(firstAt);
  }

  /**
   * Lanes part to several blocks.
   *
   * @param lanes who goes to the target of the same index
   * @param groups how many of {@code lanes} are not empty
   */
  void branch(int[] targets, int[] lanes, int groups, int meet) {
    if (groups > 1 && meet != reconverge) {
      push(meet, mask, reconverge);
      reconverge = meet;
    }
    int waiting = groups;
    for (int i = 0; i < targets.length; i++) {
      if (lanes[i] == 0) {
        continue;
      }
      waiting--;
      if (waiting == 0) {
        activate(lanes[i]);
        jump(targets[i]);
        return;
      }
      if (targets[i] != reconverge) {
        push(targets[i], lanes[i], reconverge);
      }
    }
  }

  private void push(int where, int lanes, int meet) {
    if (depth == stackAt.length) {
      stackAt = Arrays.copyOf(stackAt, 2 * depth);
      stackMask = Arrays.copyOf(stackMask, 2 * depth);
      stackReconverge = Arrays.copyOf(stackReconverge, 2 * depth);
    }
    stackAt[depth] = where;
    stackMask[depth] = lanes;
    stackReconverge[depth] = meet;
    depth++;
  }

  private void pop() {
    do {
      if (depth == 0) {
        state = State.FINISHED;
        at = NOWHERE;
        return;
      }
      depth--;
      at = stackAt[depth];
      reconverge = stackReconverge[depth];
      activate(stackMask[depth] & live);
    } while (mask == 0);
  }

  /** Some of the active lanes end; the others go on at a basic block. */
  void exit(int lanes, int next) {
    live &= ~lanes;
    activate(mask & ~lanes);
    if (mask == 0) {
      pop();
      jump(at);
    } else {
      jump(next);
    }
  }

  /** Waits at a barrier. */
  void await(Terminator.Barrier barrier) {
    state = State.AT_BARRIER;
    waitingAt = barrier;
  }

  /** The barrier that the warp waits at. */
  Terminator.Barrier waitingAt() {
    return Objects.requireNonNull(waitingAt);
  }

  boolean isWaitingFor(int barrier) {
    return state == State.AT_BARRIER && waitingFor == barrier;
  }

  /**
   * The barrier opens.
   *
   * @param whole whether all of the block waited at it
   */
  void release(boolean whole) {
    state = State.RUNNABLE;
    if (whole) {
      epoch = launch.now;
    }
    jump(waitingAt().next());
  }

  /** Marks that the warp's threads have waited for each other: what they did before is ordered. */
  void inStep() {
    launch.tick();
    epoch = launch.now;
  }

  /** The error of what a lane did. */
  PtxFault fault(Statement statement, int lane, String what) {
    return new PtxFault(
        "%s\n  kernel %s, %s, line %d: %s\n  block (%d, %d, %d), thread %d"
            .formatted(
                what,
                code.name(),
                statement.file(),
                statement.line(),
                statement.text(),
                block.coordinate(Special.CTAID_X),
                block.coordinate(Special.CTAID_Y),
                block.coordinate(Special.CTAID_Z),
                firstThread() + lane));
  }
}
