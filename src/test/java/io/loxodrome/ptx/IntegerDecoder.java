package io.loxodrome.ptx;

import java.util.Set;

/** Decodes arithmetic and logic of integers, and logic of predicates. */
final class IntegerDecoder {
  /** Integer operations whose result depends on the sign of the operands. */
  private static final Set<String> SIGN_MATTERS =
      Set.of(
          "mul.hi",
          "mul24.lo",
          "div",
          "rem",
          "min",
          "max",
          "shr",
          "mul.wide",
          "mad.wide",
          "mad.hi",
          "mad24.lo",
          "sad",
          "bfe",
          "bfind",
          "bfind.shiftamt");

  private static final Set<String> UNTYPED = Set.of("and", "or", "xor", "not", "cnot", "shl");
  private static final Set<String> UNTYPED_32 = Set.of("brev", "popc", "clz");

  private IntegerDecoder() {}

  /**
   * Decodes an instruction.
   *
   * @param key the opcode's name with what part of the result it keeps, such as mul.hi
   */
  static void decode(String key, Opcode opcode, Emitter emit) {
    Type type = opcode.takeType();
    opcode.end();
    if (type == Type.PRED) {
      predicate(key, opcode, emit);
      return;
    }
    if (!allowed(key, type)) {
      throw opcode.unknown();
    }
    emit.count(InstructionClass.INTEGER);
    String full = SIGN_MATTERS.contains(key) ? key + (type.signed() ? ".s" : ".u") : key;
    boolean done = type.bytes() == 8 ? wide(full, type, emit) : narrow(full, type, emit);
    if (!done) {
      throw opcode.unknown();
    }
  }

  /** Whether PTX has the operation for the type. */
  private static boolean allowed(String key, Type type) {
    if (type.floating() || type.bytes() == 1) {
      return false;
    }
    boolean untyped = type.name().charAt(0) == 'B';
    if (UNTYPED.contains(key)) {
      return untyped;
    }
    if (UNTYPED_32.contains(key)) {
      return untyped && type.bytes() >= 4;
    }
    if (key.equals("shr")) {
      return true;
    }
    if (untyped) {
      return false;
    }
    return switch (key) {
      case "neg", "abs" -> type.signed();
      case "bfe", "bfind", "bfind.shiftamt" -> type.bytes() >= 4;
      case "add.sat", "sub.sat" -> type == Type.S32;
      case "mul24.lo", "mad24.lo" -> type.bytes() == 4;
      case "mul.wide", "mad.wide" -> type.bytes() <= 4;
      default -> true;
    };
  }

  private static boolean narrow(String key, Type type, Emitter emit) {
    boolean half = type.bytes() == 2;
    if (half && key.startsWith("mul.hi")) {
      return halfHigh(key, type, emit);
    }
    if (half && (key.startsWith("mad.hi") || key.startsWith("bfe"))) {
      return false;
    }
    Rows.Unary<int[], int[]> unary = IntegerOperations.UNARY_32.get(key);
    if (unary != null) {
      emit.requireOperands(2);
      int a = emit.in(1, type);
      emit.add(new Rows.UnaryStep<>(unary, Kind.INT, emit.out(0, type), a));
      return true;
    }
    Rows.Binary<int[], int[], int[]> binary = IntegerOperations.BINARY_32.get(key);
    if (binary != null) {
      emit.requireOperands(3);
      int a = emit.in(1, type);
      int b = emit.in(2, key.startsWith("sh") ? Type.U32 : type);
      emit.add(new Rows.BinaryStep<>(binary, Kind.INT, emit.out(0, type), a, b));
      return true;
    }
    if (key.startsWith("mul.wide") || key.startsWith("mad.wide")) {
      return half ? wideOfHalves(key, type, emit) : wideOfWords(key, type, emit);
    }
    Rows.Ternary<int[], int[], int[], int[]> ternary = IntegerOperations.TERNARY_32.get(key);
    if (ternary != null) {
      emit.requireOperands(4);
      int a = emit.in(1, type);
      int b = emit.in(2, key.startsWith("bfe") ? Type.U32 : type);
      int c = emit.in(3, key.startsWith("bfe") ? Type.U32 : type);
      emit.add(new Rows.TernaryStep<>(ternary, Kind.INT, emit.out(0, type), a, b, c));
      return true;
    }
    return false;
  }

  private static boolean halfHigh(String key, Type type, Emitter emit) {
    emit.requireOperands(3);
    Rows.Binary<int[], int[], int[]> high =
        (d, a, b) -> {
          for (int i = 0; i < Warp.LANES; i++) {
            d[i] = (a[i] * b[i]) >> 16;
          }
        };
    emit.add(
        new Rows.BinaryStep<>(
            high, Kind.INT, emit.out(0, type), emit.in(1, type), emit.in(2, type)));
    return key.startsWith("mul.hi");
  }

  private static boolean wideOfHalves(String key, Type type, Emitter emit) {
    Type result = type.signed() ? Type.S32 : Type.U32;
    int a = emit.in(1, type);
    int b = emit.in(2, type);
    if (key.startsWith("mul")) {
      emit.requireOperands(3);
      emit.add(
          new Rows.BinaryStep<>(
              Rows.named(IntegerOperations.BINARY_32, "mul.lo"),
              Kind.INT,
              emit.out(0, result),
              a,
              b));
    } else {
      emit.requireOperands(4);
      int c = emit.in(3, result);
      emit.add(
          new Rows.TernaryStep<>(
              Rows.named(IntegerOperations.TERNARY_32, "mad.lo"),
              Kind.INT,
              emit.out(0, result),
              a,
              b,
              c));
    }
    return true;
  }

  private static boolean wideOfWords(String key, Type type, Emitter emit) {
    Type result = type.signed() ? Type.S64 : Type.U64;
    int a = emit.in(1, type);
    int b = emit.in(2, type);
    if (key.startsWith("mul")) {
      emit.requireOperands(3);
      emit.add(
          new Rows.BinaryStep<>(
              Rows.named(IntegerOperations.WIDE, key), Kind.LONG, emit.out(0, result), a, b));
    } else {
      emit.requireOperands(4);
      int c = emit.in(3, result);
      emit.add(
          new Rows.TernaryStep<>(
              Rows.named(IntegerOperations.WIDE_SUM, key),
              Kind.LONG,
              emit.out(0, result),
              a,
              b,
              c));
    }
    return true;
  }

  private static boolean wide(String key, Type type, Emitter emit) {
    Rows.Unary<int[], long[]> narrowing = IntegerOperations.UNARY_64_TO_32.get(key);
    if (narrowing != null) {
      emit.requireOperands(2);
      emit.add(new Rows.UnaryStep<>(narrowing, Kind.INT, emit.out(0, Type.U32), emit.in(1, type)));
      return true;
    }
    Rows.Unary<long[], long[]> unary = IntegerOperations.UNARY_64.get(key);
    if (unary != null) {
      emit.requireOperands(2);
      emit.add(new Rows.UnaryStep<>(unary, Kind.LONG, emit.out(0, type), emit.in(1, type)));
      return true;
    }
    Rows.Binary<long[], long[], int[]> shift = IntegerOperations.SHIFT_64.get(key);
    if (shift != null) {
      emit.requireOperands(3);
      int amount = emit.in(2, Type.U32);
      emit.add(
          new Rows.BinaryStep<>(shift, Kind.LONG, emit.out(0, type), emit.in(1, type), amount));
      return true;
    }
    Rows.Binary<long[], long[], long[]> binary = IntegerOperations.BINARY_64.get(key);
    if (binary != null) {
      emit.requireOperands(3);
      int a = emit.in(1, type);
      emit.add(new Rows.BinaryStep<>(binary, Kind.LONG, emit.out(0, type), a, emit.in(2, type)));
      return true;
    }
    Rows.Ternary<long[], long[], int[], int[]> extract = IntegerOperations.EXTRACT_64.get(key);
    if (extract != null) {
      emit.requireOperands(4);
      int a = emit.in(1, type);
      int b = emit.in(2, Type.U32);
      int c = emit.in(3, Type.U32);
      emit.add(new Rows.TernaryStep<>(extract, Kind.LONG, emit.out(0, type), a, b, c));
      return true;
    }
    Rows.Ternary<long[], long[], long[], long[]> ternary = IntegerOperations.TERNARY_64.get(key);
    if (ternary != null) {
      emit.requireOperands(4);
      int a = emit.in(1, type);
      int b = emit.in(2, type);
      int c = emit.in(3, type);
      emit.add(new Rows.TernaryStep<>(ternary, Kind.LONG, emit.out(0, type), a, b, c));
      return true;
    }
    return false;
  }

  private static void predicate(String key, Opcode opcode, Emitter emit) {
    PredicateSteps.Logic logic =
        switch (key) {
          case "and" -> PredicateSteps.Logic.AND;
          case "or" -> PredicateSteps.Logic.OR;
          case "xor" -> PredicateSteps.Logic.XOR;
          case "not" -> PredicateSteps.Logic.NOT;
          default -> throw opcode.unknown();
        };
    emit.count(InstructionClass.INTEGER);
    boolean one = logic == PredicateSteps.Logic.NOT;
    emit.requireOperands(one ? 2 : 3);
    Terminator.Guard a = emit.inPredicate(1);
    Terminator.Guard b = one ? a : emit.inPredicate(2);
    emit.add(new PredicateSteps.Combine(logic, emit.outPredicate(0), a, b));
  }
}
