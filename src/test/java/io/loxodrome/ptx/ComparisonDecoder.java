package io.loxodrome.ptx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decodes setp, set, selp and slct. */
final class ComparisonDecoder {
  private static final List<String> COMBINATIONS = List.of("and", "or", "xor");
  private static final List<String> OF_INTEGERS =
      List.of("eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs");
  private static final List<String> OF_FLOATS =
      List.of(
          "eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num",
          "nan");
  private static final List<String> UNSIGNED_ONLY = List.of("lo", "ls", "hi", "hs");

  private ComparisonDecoder() {}

  /** A comparison as the opcode says it. */
  private record Parsed(
      String name, PredicateSteps.@Nullable Combination combination, boolean flush) {}

  private static Parsed parse(Opcode opcode) {
    String name = opcode.takeAny(OF_FLOATS);
    if (name == null) {
      name = opcode.takeOneOf(OF_INTEGERS);
    }
    String combination = opcode.takeAny(COMBINATIONS);
    return new Parsed(
        name,
        combination == null
            ? null
            : switch (combination) {
              case "and" -> PredicateSteps.Combination.AND;
              case "or" -> PredicateSteps.Combination.OR;
              default -> PredicateSteps.Combination.XOR;
            },
        opcode.take("ftz"));
  }

  static void setp(Opcode opcode, Emitter emit) {
    Parsed parsed = parse(opcode);
    Type type = opcode.takeType();
    opcode.end();
    emit.requireOperands(parsed.combination() == null ? 3 : 4);
    compare(opcode, emit, parsed, type, null);
  }

  /** set: a number that says how the comparison went. */
  static void set(Opcode opcode, Emitter emit) {
    Parsed parsed = parse(opcode);
    Type result = opcode.takeType();
    Type type = opcode.takeType();
    opcode.end();
    emit.requireOperands(parsed.combination() == null ? 3 : 4);
    int predicate = emit.temporaryPredicate();
    compare(opcode, emit, parsed, type, predicate);
    long yes =
        switch (result) {
          case U32, S32 -> -1;
          case F32 -> Float.floatToRawIntBits(1);
          default -> throw opcode.unknown();
        };
    emit.add(
        new PredicateSteps.Select(
            result.kind(),
            emit.out(0, result),
            emit.constant(result.kind(), yes),
            emit.constant(result.kind(), 0),
            new Terminator.Guard(predicate, false)));
  }

  private static void compare(
      Opcode opcode, Emitter emit, Parsed parsed, Type type, @Nullable Integer into) {
    require(opcode, parsed, type);
    emit.count(
        switch (type) {
          case F32 -> InstructionClass.FLOAT32;
          case F64 -> InstructionClass.FLOAT64;
          default -> InstructionClass.INTEGER;
        });
    int a = source(emit, 1, type, parsed.flush());
    int b = source(emit, 2, type, parsed.flush());
    Rows.Comparison<?> comparison = Comparisons.of(parsed.name(), type);
    Operand result = emit.operand(0);
    int target;
    int opposite = -1;
    if (into != null) {
      target = into;
    } else if (result instanceof Operand.Pair pair) {
      target = emit.outPredicate(pair.first());
      opposite = emit.outPredicate(pair.second());
    } else {
      target = emit.outPredicate(0);
    }
    if (parsed.combination() == null && opposite < 0) {
      emit.add(new PredicateSteps.Compare<>(comparison, target, a, b));
      return;
    }
    Terminator.Guard other =
        parsed.combination() == null ? new Terminator.Guard(0, false) : emit.inPredicate(3);
    emit.add(
        new PredicateSteps.CompareAndCombine<>(
            comparison,
            parsed.combination() == null ? PredicateSteps.Combination.NONE : parsed.combination(),
            other,
            target,
            opposite < 0 ? emit.temporaryPredicate() : opposite,
            a,
            b));
  }

  private static int source(Emitter emit, int index, Type type, boolean flush) {
    int row = emit.in(index, type);
    if (!flush) {
      return row;
    }
    int flushed = emit.temporary(Kind.FLOAT);
    emit.add(new Rows.UnaryStep<>(FloatOperations.FLUSH, Kind.FLOAT, flushed, row));
    return flushed;
  }

  private static void require(Opcode opcode, Parsed parsed, Type type) {
    boolean fits =
        switch (type) {
          case F32 -> OF_FLOATS.contains(parsed.name());
          case F64 -> OF_FLOATS.contains(parsed.name()) && !parsed.flush();
          case B16, B32, B64 -> List.of("eq", "ne").contains(parsed.name()) && !parsed.flush();
          case S16, S32, S64 ->
              OF_INTEGERS.contains(parsed.name())
                  && !UNSIGNED_ONLY.contains(parsed.name())
                  && !parsed.flush();
          case U16, U32, U64 -> OF_INTEGERS.contains(parsed.name()) && !parsed.flush();
          case PRED, B8, U8, S8 -> false;
        };
    if (!fits) {
      throw opcode.unknown();
    }
  }

  static void selp(Opcode opcode, Emitter emit) {
    Type type = opcode.takeType();
    opcode.end();
    if (type == Type.PRED || type.bytes() == 1) {
      throw opcode.unknown();
    }
    emit.requireOperands(4);
    Kind kind = kindOfResult(emit, type);
    int a = emit.in(emit.operand(1), type, kind);
    int b = emit.in(emit.operand(2), type, kind);
    Terminator.Guard chooser = emit.inPredicate(3);
    emit.add(new PredicateSteps.Select(kind, emit.out(emit.operand(0), type, kind), a, b, chooser));
  }

  /** How the result's register is stored: selecting moves bits whatever they mean. */
  private static Kind kindOfResult(Emitter emit, Type type) {
    Register register = emit.register(emit.operand(0));
    return register == null || register.predicate() || register.type().bytes() != type.bytes()
        ? type.kind()
        : register.kind();
  }

  /** slct: a where c is at least 0, else b. */
  static void slct(Opcode opcode, Emitter emit) {
    boolean flush = opcode.take("ftz");
    Type type = opcode.takeType();
    Type condition = opcode.takeType();
    opcode.end();
    if (type == Type.PRED
        || type.bytes() == 1
        || (condition != Type.S32 && condition != Type.F32)
        || (flush && condition != Type.F32)) {
      throw opcode.unknown();
    }
    emit.requireOperands(4);
    int predicate = emit.temporaryPredicate();
    int c = source(emit, 3, condition, flush);
    emit.add(
        new PredicateSteps.Compare<>(
            Comparisons.of("ge", condition), predicate, c, emit.constant(condition.kind(), 0)));
    int a = emit.in(emit.operand(1), type, type.kind());
    int b = emit.in(emit.operand(2), type, type.kind());
    emit.add(
        new PredicateSteps.Select(
            type.kind(), emit.out(0, type), a, b, new Terminator.Guard(predicate, false)));
  }
}
