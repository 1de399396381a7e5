package io.loxodrome.ptx;

/** Keeps track of registers that may be read before they are written. */
final class RegisterChecks {
  private RegisterChecks() {}

  /** Refuses to read a register in a lane that did not write it. */
  static final class Require extends Instruction {
    private final Statement statement;
    private final Register register;

    Require(Statement statement, Register register) {
      this.statement = statement;
      this.register = register;
    }

    @Override
    void execute(Warp warp) {
      int missing = warp.mask & ~warp.written[register.id()];
      if (missing != 0) {
        throw warp.fault(
            statement,
            Integer.numberOfTrailingZeros(missing),
            "register %s is read before it is written".formatted(register.name()));
      }
    }
  }

  /** Notes that the active lanes wrote a register. */
  static final class Mark extends Instruction {
    private final int register;

    Mark(Register register) {
      this.register = register.id();
    }

    @Override
    void execute(Warp warp) {
      warp.written[register] |= warp.mask;
    }
  }

  /** A copy of a register is as written as the register. */
  static final class Follow extends Instruction {
    private final int target;
    private final int source;

    Follow(Register target, Register source) {
      this.target = target.id();
      this.source = source.id();
    }

    @Override
    void execute(Warp warp) {
      int before = warp.written[target] & ~warp.mask;
      warp.written[target] = before | (warp.written[source] & warp.mask);
    }
  }
}
