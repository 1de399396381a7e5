package io.loxodrome.ptx;

import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the reads of registers that may come before the register is written: only those are checked
 * as the kernel runs.
 */
final class DefiniteAssignment {
  private final List<DraftBlock> blocks;
  private final int registers;
  private final @Nullable BitSet[] atStart;
  private final BitSet doubted = new BitSet();

  DefiniteAssignment(List<DraftBlock> blocks, int registers) {
    this.blocks = blocks;
    this.registers = registers;
    this.atStart = new BitSet[blocks.size()];
    solve();
    collect();
  }

  private void solve() {
    if (blocks.isEmpty()) {
      return;
    }
    atStart[0] = new BitSet();
    BitSet open = new BitSet();
    open.set(0);
    while (!open.isEmpty()) {
      int index = open.nextSetBit(0);
      open.clear(index);
      BitSet written = writtenAtStart(index);
      DraftBlock block = blocks.get(index);
      block.statements().forEach(statement -> apply(statement, written));
      for (int next : block.successors) {
        if (next < blocks.size() && meet(next, written)) {
          open.set(next);
        }
      }
    }
  }

  /** A copy of what is written for certain where a block starts. */
  BitSet writtenAtStart(int block) {
    BitSet known = atStart[block];
    if (known != null) {
      return (BitSet) known.clone();
    }
    BitSet all = new BitSet();
    all.set(0, registers);
    return all;
  }

  private boolean meet(int block, BitSet written) {
    BitSet known = atStart[block];
    if (known == null) {
      atStart[block] = (BitSet) written.clone();
      return true;
    }
    int before = known.cardinality();
    known.and(written);
    return known.cardinality() != before;
  }

  /** What a statement changes about what is written for certain. */
  static void apply(DecodedStatement statement, BitSet written) {
    boolean unknownCopy = statement.copies() && !allRead(statement, written);
    for (Register register : statement.writes()) {
      if (unknownCopy) {
        written.clear(register.id());
      } else if (statement.guard() == null) {
        written.set(register.id());
      }
    }
  }

  private static boolean allRead(DecodedStatement statement, BitSet written) {
    return statement.reads().stream().allMatch(register -> written.get(register.id()));
  }

  private void collect() {
    for (int i = 0; i < blocks.size(); i++) {
      BitSet written = writtenAtStart(i);
      blocks.get(i).statements().forEach(statement -> collect(statement, written));
    }
  }

  private void collect(DecodedStatement statement, BitSet written) {
    Register guard = statement.guardRegister();
    if (guard != null && !written.get(guard.id())) {
      doubted.set(guard.id());
    }
    for (Register register : statement.reads()) {
      if (!written.get(register.id())) {
        doubted.set(register.id());
      }
    }
    apply(statement, written);
  }

  /** Registers that are read somewhere where it is not certain that they were written. */
  BitSet doubted() {
    return (BitSet) doubted.clone();
  }
}
