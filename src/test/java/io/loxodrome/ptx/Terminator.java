package io.loxodrome.ptx;

import org.jspecify.annotations.Nullable;

/** How a basic block ends. */
sealed interface Terminator {
  void execute(Warp warp);

  /** Who executes it. */
  record Guard(int predicate, boolean negated) {
    int lanes(Warp warp) {
      int mask = warp.predicates[predicate];
      return warp.mask & (negated ? ~mask : mask);
    }
  }

  /** All go to one block. */
  record Jump(int target) implements Terminator {
    @Override
    public void execute(Warp warp) {
      warp.jump(target);
    }
  }

  /** Those for whom the guard holds go one way, the others another. */
  record Branch(Guard guard, int target, int next, int meet) implements Terminator {
    @Override
    public void execute(Warp warp) {
      warp.branch(guard.lanes(warp), target, next, meet);
    }
  }

  /** Each lane goes where its index says. */
  final class Switch implements Terminator {
    private final Statement statement;
    private final int index;
    private final int[] targets;
    private final int meet;

    Switch(Statement statement, int index, int[] targets, int meet) {
      this.statement = statement;
      this.index = index;
      this.targets = targets.clone();
      this.meet = meet;
    }

    @Override
    public void execute(Warp warp) {
      int[] chosen = warp.row(index);
      int[] lanes = new int[targets.length];
      int groups = 0;
      for (int m = warp.mask; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        if (Integer.compareUnsigned(chosen[lane], targets.length) >= 0) {
          throw warp.fault(
              statement,
              lane,
              "branch to target %d of a table of %d"
                  .formatted(Integer.toUnsignedLong(chosen[lane]), targets.length));
        }
        int first = firstOf(targets[chosen[lane]]);
        groups += lanes[first] == 0 ? 1 : 0;
        lanes[first] |= 1 << lane;
      }
      warp.branch(targets, lanes, groups, meet);
    }

    private int firstOf(int target) {
      int first = 0;
      while (targets[first] != target) {
        first++;
      }
      return first;
    }
  }

  /** Those for whom the guard holds end; without a guard all do. */
  record Exit(@Nullable Guard guard, int next) implements Terminator {
    @Override
    public void execute(Warp warp) {
      warp.exit(guard == null ? warp.mask : guard.lanes(warp), next);
    }
  }

  /** Stops the launch. */
  record Trap(Statement statement, @Nullable Guard guard, int next) implements Terminator {
    @Override
    public void execute(Warp warp) {
      int lanes = guard == null ? warp.mask : guard.lanes(warp);
      if (lanes != 0) {
        throw warp.fault(statement, Integer.numberOfTrailingZeros(lanes), "trap");
      }
      warp.jump(next);
    }
  }

  /** What a barrier computes over the threads that wait at it. */
  enum Reduction {
    NONE,
    POPC,
    AND,
    OR
  }

  /**
   * The threads of a block wait for each other.
   *
   * @param id a row with the barrier's number
   * @param count a row with how many threads take part, or -1: all of the block
   * @param source the predicate that is reduced, null without a reduction
   * @param target where the result goes: a row for POPC, else a predicate
   */
  record Barrier(
      Statement statement,
      int id,
      int count,
      Reduction reduction,
      @Nullable Guard source,
      int target,
      int next)
      implements Terminator {

    @Override
    public void execute(Warp warp) {
      warp.block.arrive(warp, this);
    }

    /** The lanes for which the reduced predicate holds. */
    int contribution(Warp warp) {
      return source == null ? 0 : source.lanes(warp);
    }

    /**
     * Writes the result.
     *
     * @param count for how many threads the predicate holds
     * @param total how many threads waited
     */
    void deliver(Warp warp, int count, int total) {
      switch (reduction) {
        case NONE -> {}
        case POPC -> Kind.INT.fill(warp.row(target), count);
        case AND -> warp.predicates[target] = count == total ? -1 : 0;
        case OR -> warp.predicates[target] = count > 0 ? -1 : 0;
      }
    }
  }
}
