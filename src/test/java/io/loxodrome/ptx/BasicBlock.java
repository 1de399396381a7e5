package io.loxodrome.ptx;

import java.util.Map;

/** Instructions that are executed one after another. */
final class BasicBlock {
  final Instruction[] body;
  final Terminator terminator;

  /** How many of each {@link InstructionClass}; guarded instructions count themselves. */
  final Map<InstructionClass, Integer> classCounts;

  /** How many statements, for the limit on a launch. */
  final int instructions;

  /** Whether a way from here leads to a barrier. */
  final boolean reachesBarrier;

  /** The last one, which errors name. */
  final Statement statement;

  BasicBlock(
      Instruction[] body,
      Terminator terminator,
      Map<InstructionClass, Integer> classCounts,
      int instructions,
      boolean reachesBarrier,
      Statement statement) {
    this.body = body;
    this.terminator = terminator;
    this.classCounts = classCounts;
    this.instructions = instructions;
    this.reachesBarrier = reachesBarrier;
    this.statement = statement;
  }
}
