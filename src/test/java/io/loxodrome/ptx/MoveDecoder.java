package io.loxodrome.ptx;

import java.util.List;

/** Decodes mov, cvta and what permutes bits: prmt, lop3, shf, bfi. */
final class MoveDecoder {
  private MoveDecoder() {}

  static void mov(Opcode opcode, Emitter emit) {
    Type type = opcode.takeType();
    opcode.end();
    emit.requireOperands(2);
    if (type == Type.PRED) {
      predicate(emit);
    } else if (type.bytes() == 1) {
      throw opcode.unknown();
    } else if (emit.operand(0) instanceof Operand.Vector vector) {
      unpack(emit, type, vector.elements());
    } else if (emit.operand(1) instanceof Operand.Vector vector) {
      pack(emit, type, vector.elements());
    } else {
      move(emit, type);
    }
  }

  private static void predicate(Emitter emit) {
    emit.copies();
    if (emit.operand(1) instanceof Operand.IntegerLiteral literal) {
      emit.add(new PredicateSteps.Assign(emit.outPredicate(0), literal.value() != 0));
      return;
    }
    Terminator.Guard source = emit.inPredicate(1);
    emit.add(
        new PredicateSteps.Combine(
            PredicateSteps.Logic.MOVE, emit.outPredicate(0), source, source));
  }

  private static void move(Emitter emit, Type type) {
    Register target = emit.register(emit.operand(0));
    Register source = emit.register(emit.operand(1));
    for (Register register : new Register[] {target, source}) {
      if (register != null && register.type().bytes() != type.bytes()) {
        throw emit.error(register.name() + " has another size");
      }
    }
    emit.copies();
    Kind kind = target == null ? type.kind() : target.kind();
    int from = emit.in(emit.operand(1), untyped(type), kind);
    int to = emit.out(emit.operand(0), type, kind);
    emit.add(new Rows.UnaryStep<>(Bits.copy(kind), kind, to, from));
  }

  /** Bits of that size, which any constant may stand for. */
  private static Type untyped(Type type) {
    return switch (type.bytes()) {
      case 2 -> Type.B16;
      case 4 -> Type.B32;
      default -> Type.B64;
    };
  }

  private static void unpack(Emitter emit, Type type, List<Operand> targets) {
    if (type.bytes() == 8 && targets.size() == 2) {
      int source = emit.in(1, Type.B64);
      part(emit, targets.get(0), Type.B32, Bits.LOW, source);
      part(emit, targets.get(1), Type.B32, Bits.HIGH, source);
    } else if (type.bytes() == 4 && targets.size() == 2) {
      int source = emit.in(1, Type.B32);
      halves(emit, targets, source);
    } else if (type.bytes() == 8 && targets.size() == 4) {
      int source = emit.in(1, Type.B64);
      int low = emit.temporary(Kind.INT);
      int high = emit.temporary(Kind.INT);
      emit.add(new Rows.UnaryStep<>(Bits.LOW, Kind.INT, low, source));
      emit.add(new Rows.UnaryStep<>(Bits.HIGH, Kind.INT, high, source));
      halves(emit, targets.subList(0, 2), low);
      halves(emit, targets.subList(2, 4), high);
    } else {
      throw emit.error("a vector that is not supported");
    }
  }

  private static void halves(Emitter emit, List<Operand> targets, int source) {
    part(emit, targets.get(0), Type.B16, Bits.extend(Type.U16), source);
    part(emit, targets.get(1), Type.B16, Bits.UPPER_HALF, source);
  }

  private static void part(
      Emitter emit, Operand target, Type type, Rows.Unary<?, ?> function, int source) {
    emit.add(new Rows.UnaryStep<>(function, Kind.INT, emit.out(target, type, Kind.INT), source));
  }

  private static void pack(Emitter emit, Type type, List<Operand> sources) {
    if (type.bytes() == 8 && sources.size() == 2) {
      int low = emit.in(sources.get(0), Type.B32, Kind.INT);
      int high = emit.in(sources.get(1), Type.B32, Kind.INT);
      packWords(emit, low, high);
    } else if (type.bytes() == 4 && sources.size() == 2) {
      int target = emit.out(0, Type.B32);
      packHalves(emit, sources, target);
    } else if (type.bytes() == 8 && sources.size() == 4) {
      int low = emit.temporary(Kind.INT);
      int high = emit.temporary(Kind.INT);
      packHalves(emit, sources.subList(0, 2), low);
      packHalves(emit, sources.subList(2, 4), high);
      packWords(emit, low, high);
    } else {
      throw emit.error("a vector that is not supported");
    }
  }

  private static void packWords(Emitter emit, int low, int high) {
    int target = emit.out(0, Type.B64);
    emit.add(new Rows.BinaryStep<>(Bits.PACK, Kind.LONG, target, low, high));
  }

  private static void packHalves(Emitter emit, List<Operand> sources, int target) {
    int low = emit.in(sources.get(0), Type.B16, Kind.INT);
    int high = emit.in(sources.get(1), Type.B16, Kind.INT);
    emit.add(new Rows.BinaryStep<>(Bits.PACK_HALVES, Kind.INT, target, low, high));
  }

  /** cvta: an address means the same in its space as among all. */
  static void cvta(Opcode opcode, Emitter emit) {
    opcode.take("to");
    opcode.takeOneOf(List.of("global", "shared", "local", "const", "param"));
    Type type = opcode.takeType();
    opcode.end();
    if (type != Type.U64) {
      throw opcode.unknown();
    }
    emit.requireOperands(2);
    int source = emit.in(1, type);
    emit.add(new Rows.UnaryStep<>(Bits.COPY_LONG, Kind.LONG, emit.out(0, type), source));
  }

  static void prmt(Opcode opcode, Emitter emit) {
    require(opcode, Type.B32);
    String mode = opcode.takeAny(List.of("f4e", "b4e", "rc8", "ecl", "ecr", "rc16"));
    opcode.end();
    ternary(emit, mode == null ? "prmt" : "prmt." + mode);
  }

  static void shf(Opcode opcode, Emitter emit) {
    String direction = opcode.takeOneOf(List.of("l", "r"));
    String mode = opcode.takeOneOf(List.of("wrap", "clamp"));
    require(opcode, Type.B32);
    opcode.end();
    ternary(emit, "shf." + direction + "." + mode);
  }

  private static void require(Opcode opcode, Type type) {
    if (opcode.takeType() != type) {
      throw opcode.unknown();
    }
  }

  private static void ternary(Emitter emit, String key) {
    Rows.Ternary<int[], int[], int[], int[]> function =
        Rows.named(IntegerOperations.TERNARY_32, key);
    emit.count(InstructionClass.INTEGER);
    emit.requireOperands(4);
    int a = emit.in(1, Type.B32);
    int b = emit.in(2, Type.B32);
    int c = emit.in(3, Type.B32);
    emit.add(new Rows.TernaryStep<>(function, Kind.INT, emit.out(0, Type.B32), a, b, c));
  }

  static void lop3(Opcode opcode, Emitter emit) {
    require(opcode, Type.B32);
    opcode.end();
    emit.count(InstructionClass.INTEGER);
    emit.requireOperands(5);
    if (!(emit.operand(4) instanceof Operand.IntegerLiteral table)) {
      throw emit.error("operand 5 must be a constant");
    }
    int a = emit.in(1, Type.B32);
    int b = emit.in(2, Type.B32);
    int c = emit.in(3, Type.B32);
    emit.add(
        new Rows.TernaryStep<>(
            lookUp((int) table.value()), Kind.INT, emit.out(0, Type.B32), a, b, c));
  }

  /** Bit by bit the entry 4 a + 2 b + c of a table. */
  private static Rows.Ternary<int[], int[], int[], int[]> lookUp(int table) {
    return (d, a, b, c) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        int result = 0;
        for (int entry = 0; entry < 8; entry++) {
          if (((table >>> entry) & 1) != 0) {
            int x = (entry & 4) != 0 ? a[i] : ~a[i];
            int y = (entry & 2) != 0 ? b[i] : ~b[i];
            int z = (entry & 1) != 0 ? c[i] : ~c[i];
            result |= x & y & z;
          }
        }
        d[i] = result;
      }
    };
  }

  static void bfi(Opcode opcode, Emitter emit) {
    Type type = opcode.takeType();
    opcode.end();
    if (type != Type.B32 && type != Type.B64) {
      throw opcode.unknown();
    }
    emit.count(InstructionClass.INTEGER);
    emit.requireOperands(5);
    int a = emit.in(1, type);
    int b = emit.in(2, type);
    int position = emit.in(3, Type.U32);
    int length = emit.in(4, Type.U32);
    emit.add(new Insert(type, emit.out(0, type), a, b, position, length));
  }

  private static final class Insert extends Instruction {
    private final Kind kind;
    private final int width;
    private final int target;
    private final int a;
    private final int b;
    private final int position;
    private final int length;

    Insert(Type type, int target, int a, int b, int position, int length) {
      this.kind = type.kind();
      this.width = 8 * type.bytes();
      this.target = target;
      this.a = a;
      this.b = b;
      this.position = position;
      this.length = length;
    }

    @Override
    void execute(Warp warp) {
      Object row = warp.row(target);
      int[] at = warp.row(position);
      int[] bits = warp.row(length);
      for (int m = warp.mask; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        long inserted = kind.get(warp.row(a), lane);
        long into = kind.get(warp.row(b), lane);
        kind.put(row, lane, IntegerOperations.insert(inserted, into, at[lane], bits[lane], width));
      }
    }
  }
}
