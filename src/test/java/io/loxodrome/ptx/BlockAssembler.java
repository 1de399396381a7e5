package io.loxodrome.ptx;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Makes a basic block of its draft, with checks of registers where they are needed. */
final class BlockAssembler {
  private final Entry entry;
  private final DefiniteAssignment assignment;
  private final BitSet doubted;
  private final int blocks;

  /**
   * For one kernel.
   *
   * @param blocks how many it has
   */
  BlockAssembler(Entry entry, DefiniteAssignment assignment, int blocks) {
    this.entry = entry;
    this.assignment = assignment;
    this.doubted = assignment.doubted();
    this.blocks = blocks;
  }

  /**
   * Makes a block.
   *
   * @param meet where lanes that part at its end meet again
   */
  BasicBlock assemble(DraftBlock draft, int meet, boolean reachesBarrier) {
    BitSet written = assignment.writtenAtStart(draft.index);
    List<Instruction> body = new ArrayList<>();
    Map<InstructionClass, Integer> classes = new EnumMap<>(InstructionClass.class);
    for (DecodedStatement statement : draft.body) {
      add(statement, written, body);
      if (statement.guard() == null) {
        classes.merge(statement.counted(), 1, Integer::sum);
      }
      DefiniteAssignment.apply(statement, written);
    }
    if (draft.last != null) {
      DecodedStatement last = draft.last.statement();
      classes.merge(last.counted(), 1, Integer::sum);
      requireGuard(last, written, body);
      body.addAll(steps(last, written));
    }
    List<DecodedStatement> all = draft.statements();
    return new BasicBlock(
        body.toArray(Instruction[]::new),
        terminator(draft, meet),
        classes,
        all.size(),
        reachesBarrier,
        all.isEmpty() ? nothing() : all.get(all.size() - 1).statement());
  }

  private Terminator terminator(DraftBlock draft, int meet) {
    int next = draft.index + 1;
    if (draft.last != null) {
      return draft.last.ending().make(draft.targets, next, meet);
    }
    return next == blocks ? new Terminator.Exit(null, next) : new Terminator.Jump(next);
  }

  /** What errors name in a kernel without statements. */
  private Statement nothing() {
    return new Statement(
        entry.file(), entry.line(), entry.name(), null, false, "ret", List.of(), entry.scope());
  }

  private void add(DecodedStatement statement, BitSet written, List<Instruction> body) {
    requireGuard(statement, written, body);
    List<Instruction> steps = steps(statement, written);
    if (statement.guard() == null) {
      body.addAll(steps);
    } else {
      body.add(new Guarded(statement.guard(), statement.counted(), steps));
    }
  }

  private static void requireGuard(
      DecodedStatement statement, BitSet written, List<Instruction> body) {
    Register guard = statement.guardRegister();
    if (guard != null && !written.get(guard.id())) {
      body.add(new RegisterChecks.Require(statement.statement(), guard));
    }
  }

  private List<Instruction> steps(DecodedStatement statement, BitSet written) {
    List<Register> unknown =
        statement.reads().stream().filter(register -> !written.get(register.id())).toList();
    boolean unknownCopy = statement.copies() && !unknown.isEmpty();
    List<Instruction> steps = new ArrayList<>();
    if (!unknownCopy) {
      for (Register register : unknown) {
        steps.add(new RegisterChecks.Require(statement.statement(), register));
      }
    }
    steps.addAll(statement.steps());
    for (Register register : statement.writes()) {
      if (unknownCopy) {
        steps.add(new RegisterChecks.Follow(register, unknown.get(0)));
      } else if (doubted.get(register.id())) {
        steps.add(new RegisterChecks.Mark(register));
      }
    }
    return steps;
  }
}
