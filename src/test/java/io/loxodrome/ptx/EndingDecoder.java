package io.loxodrome.ptx;

import java.util.List;
import java.util.Set;

/** Decodes the statements that end a basic block: branches, exits and barriers of a block. */
final class EndingDecoder {
  private static final Set<String> ENDINGS = Set.of("bra", "brx", "ret", "exit", "trap");

  private EndingDecoder() {}

  /** Makes the end of a block once it is known where it leads. */
  @FunctionalInterface
  interface Ending {
    /**
     * The end.
     *
     * @param targets the blocks that the statement's labels name
     * @param next the block behind this one
     * @param meet where lanes that part here meet again
     */
    Terminator make(int[] targets, int next, int meet);
  }

  /** A statement that ends a block. */
  record Decoded(DecodedStatement statement, Ending ending) {}

  static boolean ends(Statement statement) {
    return ENDINGS.contains(name(statement)) || isBarrier(statement);
  }

  private static String name(Statement statement) {
    String opcode = statement.opcode();
    int dot = opcode.indexOf('.');
    return dot < 0 ? opcode : opcode.substring(0, dot);
  }

  /** Whether the block's threads wait for each other there. */
  static boolean isBarrier(Statement statement) {
    return name(statement).equals("barrier")
        || (name(statement).equals("bar") && !statement.opcode().startsWith("bar.warp."));
  }

  /** Whether those for whom the guard does not hold, or who waited, go on behind the statement. */
  static boolean goesOn(Statement statement) {
    return isBarrier(statement) || statement.guard() != null;
  }

  /** The labels that a statement can jump to. */
  static List<String> labels(Statement statement) {
    if (name(statement).equals("bra")) {
      return List.of(label(statement, 0));
    }
    if (name(statement).equals("brx")) {
      String name = label(statement, 1);
      List<String> table = statement.scope().table(name);
      if (table == null) {
        throw statement.error("table " + name + " does not exist");
      }
      return table;
    }
    return List.of();
  }

  private static String label(Statement statement, int index) {
    if (statement.operands().size() == index + 1
        && statement.operands().get(index) instanceof Operand.Name name) {
      return name.text();
    }
    throw statement.error("expected a label as operand %d".formatted(index + 1));
  }

  static Decoded decode(Emitter emit) {
    Opcode opcode = new Opcode(emit.statement());
    if (isBarrier(emit.statement())) {
      emit.count(InstructionClass.BARRIER);
      return barrier(opcode, emit);
    }
    emit.count(InstructionClass.CONTROL);
    return switch (opcode.name()) {
      case "bra" -> jump(opcode, emit);
      case "brx" -> indexed(opcode, emit);
      default -> end(opcode, emit);
    };
  }

  private static Decoded jump(Opcode opcode, Emitter emit) {
    opcode.take("uni");
    opcode.end();
    DecodedStatement decoded = emit.finish();
    Terminator.Guard guard = decoded.guard();
    return new Decoded(
        decoded,
        (targets, next, meet) ->
            guard == null
                ? new Terminator.Jump(targets[0])
                : new Terminator.Branch(guard, targets[0], next, meet));
  }

  private static Decoded indexed(Opcode opcode, Emitter emit) {
    opcode.takeOneOf(List.of("idx"));
    opcode.take("uni");
    opcode.end();
    if (emit.statement().guard() != null) {
      throw emit.error("a guarded brx is not supported");
    }
    int index = emit.in(0, Type.U32);
    Statement statement = emit.statement();
    return new Decoded(
        emit.finish(),
        (targets, next, meet) -> new Terminator.Switch(statement, index, targets, meet));
  }

  private static Decoded end(Opcode opcode, Emitter emit) {
    if (opcode.name().equals("ret")) {
      opcode.take("uni");
    }
    opcode.end();
    emit.requireOperands(0);
    DecodedStatement decoded = emit.finish();
    Terminator.Guard guard = decoded.guard();
    boolean trap = opcode.name().equals("trap");
    return new Decoded(
        decoded,
        (targets, next, meet) ->
            trap
                ? new Terminator.Trap(decoded.statement(), guard, next)
                : new Terminator.Exit(guard, next));
  }

  private static Decoded barrier(Opcode opcode, Emitter emit) {
    opcode.take("cta");
    boolean reduces = opcode.takeOneOf(List.of("sync", "red")).equals("red");
    Terminator.Reduction reduction = reduces ? reduction(opcode) : Terminator.Reduction.NONE;
    opcode.take("aligned");
    if (reduces) {
      opcode.takeOneOf(List.of(reduction == Terminator.Reduction.POPC ? "u32" : "pred"));
    }
    opcode.end();
    if (emit.statement().guard() != null) {
      throw emit.error("a guarded barrier is not supported");
    }
    int first = reduces ? 1 : 0;
    int operands = emit.statement().operands().size();
    boolean counted = operands == 2 * first + 2;
    emit.requireOperands(2 * first + (counted ? 2 : 1));
    int id = emit.in(first, Type.U32);
    int count = counted ? emit.in(first + 1, Type.U32) : -1;
    Terminator.Guard source = reduces ? emit.inPredicate(operands - 1) : null;
    int target = target(reduction, emit);
    Statement statement = emit.statement();
    return new Decoded(
        emit.finish(),
        (targets, next, meet) ->
            new Terminator.Barrier(statement, id, count, reduction, source, target, next));
  }

  private static Terminator.Reduction reduction(Opcode opcode) {
    return switch (opcode.takeOneOf(List.of("popc", "and", "or"))) {
      case "popc" -> Terminator.Reduction.POPC;
      case "and" -> Terminator.Reduction.AND;
      default -> Terminator.Reduction.OR;
    };
  }

  /** The result is there when the barrier opens, so it must go to its register directly. */
  private static int target(Terminator.Reduction reduction, Emitter emit) {
    if (reduction == Terminator.Reduction.NONE) {
      return 0;
    }
    if (reduction != Terminator.Reduction.POPC) {
      return emit.outPredicate(0);
    }
    Register register = emit.register(emit.operand(0));
    if (register == null || register.kind() != Kind.INT) {
      throw emit.error("the result needs an integer register");
    }
    return emit.out(0, Type.U32);
  }
}
