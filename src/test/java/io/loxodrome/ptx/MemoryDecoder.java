package io.loxodrome.ptx;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decodes ld, st, atom and red. */
final class MemoryDecoder {
  private static final List<String> ORDER =
      List.of("weak", "volatile", "relaxed", "acquire", "release");
  private static final List<String> ATOMIC_ORDER =
      List.of("relaxed", "acquire", "release", "acq_rel");
  private static final List<String> SCOPES = List.of("cta", "cluster", "gpu", "sys");
  private static final List<String> SPACES =
      List.of("global", "shared", "shared::cta", "local", "const", "param");
  private static final List<String> LOAD_CACHES = List.of("ca", "cg", "cs", "lu", "cv");
  private static final List<String> STORE_CACHES = List.of("wb", "cg", "cs", "wt");
  private static final List<String> HINTS =
      List.of(
          "L1::evict_normal",
          "L1::evict_unchanged",
          "L1::evict_first",
          "L1::evict_last",
          "L1::no_allocate",
          "L2::64B",
          "L2::128B",
          "L2::256B");

  private MemoryDecoder() {}

  private static @Nullable Space space(Opcode opcode) {
    String name = opcode.takeAny(SPACES);
    if (name == null) {
      return null;
    }
    return switch (name) {
      case "global" -> Space.GLOBAL;
      case "shared", "shared::cta" -> Space.SHARED;
      case "local" -> Space.LOCAL;
      case "const" -> Space.CONST;
      default -> Space.PARAM;
    };
  }

  private static int vector(Opcode opcode) {
    String vector = opcode.takeAny(List.of("v2", "v4"));
    return vector == null ? 1 : vector.charAt(1) - '0';
  }

  private static void hints(Opcode opcode) {
    String taken;
    do {
      taken = opcode.takeAny(HINTS);
    } while (taken != null);
  }

  private static Type type(Opcode opcode, int elements) {
    Type type = opcode.takeType();
    opcode.end();
    if (type == Type.PRED || type.bytes() * elements > 16) {
      throw opcode.unknown();
    }
    return type;
  }

  static void load(Opcode opcode, Emitter emit) {
    if (opcode.takeAny(ORDER) != null) {
      opcode.takeAny(SCOPES);
    }
    Space space = space(opcode);
    opcode.takeAny(LOAD_CACHES);
    if (opcode.take("nc") && space != Space.GLOBAL) {
      throw opcode.unknown();
    }
    hints(opcode);
    int elements = vector(opcode);
    Type type = type(opcode, elements);
    emit.requireOperands(2);
    emit.count(accessClass(space, InstructionClass.LOAD_GLOBAL));
    MemoryAccess.Shape shape = emit.access(1, type, elements);
    MemoryAccess.Slot[] targets = emit.outSlots(0, type, elements);
    if (space == null) {
      emit.add(
          new GenericAccess(
              shape,
              Map.of(
                  Space.GLOBAL, load(Space.GLOBAL, shape, targets),
                  Space.SHARED, load(Space.SHARED, shape, targets),
                  Space.LOCAL, load(Space.LOCAL, shape, targets),
                  Space.CONST, load(Space.CONST, shape, targets),
                  Space.PARAM, load(Space.PARAM, shape, targets))));
    } else {
      emit.add(load(space, shape, targets));
    }
  }

  /** A generic access counts as one to global memory. */
  private static InstructionClass accessClass(@Nullable Space space, InstructionClass ofGlobal) {
    if (space == null || space == Space.GLOBAL) {
      return ofGlobal;
    }
    return space == Space.SHARED ? InstructionClass.SHARED : InstructionClass.OTHER;
  }

  private static MemoryAccess load(
      Space space, MemoryAccess.Shape shape, MemoryAccess.Slot[] targets) {
    return switch (space) {
      case GLOBAL -> new GlobalLoad(shape, targets);
      case SHARED -> new SharedLoad(shape, targets);
      case LOCAL -> new LocalAccess(shape, targets, false);
      case CONST, PARAM -> new ReadOnlyLoad(shape, targets, space);
    };
  }

  static void store(Opcode opcode, Emitter emit) {
    if (opcode.takeAny(ORDER) != null) {
      opcode.takeAny(SCOPES);
    }
    Space space = space(opcode);
    opcode.takeAny(STORE_CACHES);
    hints(opcode);
    int elements = vector(opcode);
    Type type = type(opcode, elements);
    emit.requireOperands(2);
    emit.count(accessClass(space, InstructionClass.STORE_GLOBAL));
    MemoryAccess.Shape shape = emit.access(0, type, elements);
    MemoryAccess.Slot[] sources = emit.inSlots(1, type, elements);
    if (space == null) {
      emit.add(
          new GenericAccess(
              shape,
              Map.of(
                  Space.GLOBAL, new GlobalStore(shape, sources),
                  Space.SHARED, new SharedStore(shape, sources),
                  Space.LOCAL, new LocalAccess(shape, sources, true))));
      return;
    }
    emit.add(
        switch (space) {
          case GLOBAL -> new GlobalStore(shape, sources);
          case SHARED -> new SharedStore(shape, sources);
          case LOCAL -> new LocalAccess(shape, sources, true);
          case CONST, PARAM -> throw opcode.unknown();
        });
  }

  /** atom, and red, which gives no old value. */
  static void atomic(Opcode opcode, Emitter emit) {
    boolean returns = opcode.name().equals("atom");
    opcode.takeAny(ATOMIC_ORDER);
    opcode.takeAny(SCOPES);
    Space space = space(opcode);
    if (space != null && space != Space.GLOBAL && space != Space.SHARED) {
      throw opcode.unknown();
    }
    String name =
        opcode.takeOneOf(
            List.of("add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"));
    Type type = type(opcode, 1);
    AtomicOperation operation = operation(name, type);
    if (operation == null || (!returns && List.of("exch", "cas").contains(name))) {
      throw opcode.unknown();
    }
    boolean three = name.equals("cas");
    int first = returns ? 1 : 0;
    emit.requireOperands(first + 2 + (three ? 1 : 0));
    emit.count(accessClass(space, InstructionClass.STORE_GLOBAL));
    MemoryAccess.Shape shape = emit.access(first, type, 1);
    MemoryAccess.Slot b = emit.inSlot(emit.operand(first + 1), type);
    MemoryAccess.Slot c =
        three ? emit.inSlot(emit.operand(first + 2), type) : MemoryAccess.Slot.SINK;
    MemoryAccess.Slot target =
        returns ? emit.outSlot(emit.operand(0), type) : MemoryAccess.Slot.SINK;
    AtomicUpdate update = new AtomicUpdate(operation, target, b, c);
    GlobalAtomic global = new GlobalAtomic(shape, update);
    SharedAtomic shared = new SharedAtomic(shape, update);
    if (space == null) {
      emit.add(new GenericAccess(shape, Map.of(Space.GLOBAL, global, Space.SHARED, shared)));
    } else {
      emit.add(space == Space.GLOBAL ? global : shared);
    }
  }

  private static @Nullable AtomicOperation operation(String name, Type type) {
    if (type.bytes() < 4) {
      return null;
    }
    boolean untyped = type == Type.B32 || type == Type.B64;
    return switch (name) {
      case "exch" -> untyped ? (old, b, c) -> b : null;
      case "cas" -> untyped ? (old, b, c) -> old == b ? c : old : null;
      case "and" -> untyped ? (old, b, c) -> old & b : null;
      case "or" -> untyped ? (old, b, c) -> old | b : null;
      case "xor" -> untyped ? (old, b, c) -> old ^ b : null;
      case "inc" ->
          type == Type.U32 ? (old, b, c) -> Long.compareUnsigned(old, b) >= 0 ? 0 : old + 1 : null;
      case "dec" ->
          type == Type.U32
              ? (old, b, c) -> old == 0 || Long.compareUnsigned(old, b) > 0 ? b : old - 1
              : null;
      case "add" -> untyped ? null : sum(type);
      default -> untyped || type.floating() ? null : extreme(name, type);
    };
  }

  private static AtomicOperation sum(Type type) {
    return switch (type) {
      case F32 ->
          (old, b, c) ->
              Float.floatToRawIntBits(
                  Rounding.canonical(
                      Float.intBitsToFloat((int) old) + Float.intBitsToFloat((int) b)));
      case F64 ->
          (old, b, c) ->
              Double.doubleToRawLongBits(Double.longBitsToDouble(old) + Double.longBitsToDouble(b));
      default -> (old, b, c) -> old + b;
    };
  }

  private static AtomicOperation extreme(String name, Type type) {
    boolean smaller = name.equals("min");
    return type.signed()
        ? (old, b, c) -> smaller ? Math.min(old, b) : Math.max(old, b)
        : (old, b, c) -> (Long.compareUnsigned(old, b) < 0) == smaller ? old : b;
  }
}
