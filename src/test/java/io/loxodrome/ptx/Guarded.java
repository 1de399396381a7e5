package io.loxodrome.ptx;

import java.util.List;

/** Steps that only some of the active lanes execute. */
final class Guarded extends Instruction {
  private final Terminator.Guard guard;
  private final InstructionClass counted;
  private final Instruction[] steps;

  Guarded(Terminator.Guard guard, InstructionClass counted, List<Instruction> steps) {
    this.guard = guard;
    this.counted = counted;
    this.steps = steps.toArray(Instruction[]::new);
  }

  @Override
  void execute(Warp warp) {
    int before = warp.mask;
    int lanes = guard.lanes(warp);
    warp.launch.counters.guarded(counted, lanes);
    if (lanes == 0) {
      return;
    }
    warp.activate(lanes);
    for (Instruction step : steps) {
      step.execute(warp);
    }
    warp.activate(before);
  }
}
