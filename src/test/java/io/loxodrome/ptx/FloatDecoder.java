package io.loxodrome.ptx;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decodes arithmetic of numbers in single and double precision. */
final class FloatDecoder {
  private static final List<String> ROUNDINGS = List.of("rn", "rz", "rm", "rp");

  private FloatDecoder() {}

  static void decode(Opcode opcode, Emitter emit) {
    String name = opcode.name();
    if (name.equals("testp")) {
      testProperty(opcode, emit);
      return;
    }
    String rounding = opcode.takeAny(ROUNDINGS);
    String approximation = rounding == null ? opcode.takeAny(List.of("approx", "full")) : null;
    boolean flush = opcode.take("ftz");
    boolean saturate = opcode.take("sat");
    Type type = opcode.takeType();
    opcode.end();
    Rounding direction = rounding == null ? Rounding.NEAREST : Rounding.named(rounding);
    boolean known =
        switch (type) {
          case F32 -> {
            emit.count(InstructionClass.FLOAT32);
            yield single(name, rounding, direction, approximation, flush, saturate, emit);
          }
          case F64 -> {
            emit.count(InstructionClass.FLOAT64);
            yield !saturate && doubles(name, rounding, direction, approximation, flush, emit);
          }
          default -> false;
        };
    if (!known) {
      throw opcode.unknown();
    }
  }

  private static boolean single(
      String name,
      @Nullable String rounding,
      Rounding direction,
      @Nullable String approximation,
      boolean flush,
      boolean saturate,
      Emitter emit) {
    int operands = operands(name);
    if (operands == 0 || !roundingFits(name, rounding, approximation)) {
      return false;
    }
    if (saturate && !Set.of("add", "sub", "mul", "fma", "mad").contains(name)) {
      return false;
    }
    emit.requireOperands(operands + 1);
    int[] in = new int[operands];
    for (int i = 0; i < operands; i++) {
      in[i] = emit.in(i + 1, Type.F32);
      if (flush) {
        int flushed = emit.temporary(Kind.FLOAT);
        emit.add(new Rows.UnaryStep<>(FloatOperations.FLUSH, Kind.FLOAT, flushed, in[i]));
        in[i] = flushed;
      }
    }
    int out = emit.out(0, Type.F32);
    emit.add(singleStep(name, direction, approximation, out, in));
    if (saturate) {
      emit.add(new Rows.UnaryStep<>(FloatOperations.SATURATE, Kind.FLOAT, out, out));
    }
    if (flush) {
      emit.add(new Rows.UnaryStep<>(FloatOperations.FLUSH, Kind.FLOAT, out, out));
    }
    return true;
  }

  private static Instruction singleStep(
      String name, Rounding direction, @Nullable String approximation, int out, int[] in) {
    if (in.length == 1) {
      return new Rows.UnaryStep<>(
          singleUnary(name, direction, approximation), Kind.FLOAT, out, in[0]);
    }
    if (in.length == 2) {
      Rows.Binary<float[], float[], float[]> function =
          direction == Rounding.NEAREST
              ? Rows.named(
                  FloatOperations.BINARY, "approx".equals(approximation) ? name + ".approx" : name)
              : FloatOperations.directed(name, direction);
      return new Rows.BinaryStep<>(function, Kind.FLOAT, out, in[0], in[1]);
    }
    Rows.Ternary<float[], float[], float[], float[]> function =
        direction == Rounding.NEAREST
            ? FloatOperations.FUSED_MULTIPLY_ADD
            : FloatOperations.directedMultiplyAdd(direction);
    return new Rows.TernaryStep<>(function, Kind.FLOAT, out, in[0], in[1], in[2]);
  }

  private static Rows.Unary<float[], float[]> singleUnary(
      String name, Rounding direction, @Nullable String approximation) {
    if (approximation != null) {
      return Rows.named(FloatOperations.UNARY, name + ".approx");
    }
    return switch (name) {
      case "rcp" -> FloatOperations.reciprocal(direction);
      case "sqrt" -> FloatOperations.squareRoot(direction);
      default -> Rows.named(FloatOperations.UNARY, name);
    };
  }

  private static int operands(String name) {
    return switch (name) {
      case "neg", "abs", "rcp", "sqrt", "rsqrt", "sin", "cos", "lg2", "ex2", "tanh" -> 1;
      case "add", "sub", "mul", "div", "min", "max", "copysign" -> 2;
      case "fma", "mad" -> 3;
      default -> 0;
    };
  }

  /** Whether PTX has the operation with that rounding, or with that approximation. */
  private static boolean roundingFits(
      String name, @Nullable String rounding, @Nullable String approximation) {
    boolean approximate = "approx".equals(approximation);
    return switch (name) {
      case "neg", "abs", "min", "max", "copysign" -> rounding == null && approximation == null;
      case "add", "sub", "mul" -> approximation == null;
      case "fma", "mad" -> rounding != null;
      case "rcp", "sqrt" -> rounding != null || approximate;
      case "div" -> rounding != null || approximation != null;
      default -> approximate;
    };
  }

  private static boolean doubles(
      String name,
      @Nullable String rounding,
      Rounding direction,
      @Nullable String approximation,
      boolean flush,
      Emitter emit) {
    int operands = operands(name);
    if (operands == 0 || !roundingFits(name, rounding, approximation)) {
      return false;
    }
    if (approximation != null || flush) {
      String key = name + "." + approximation + (flush ? ".ftz" : "");
      Rows.Unary<double[], double[]> approximate = DoubleOperations.UNARY.get(key);
      if (approximate == null) {
        return false;
      }
      emit.requireOperands(2);
      int a = emit.in(1, Type.F64);
      emit.add(new Rows.UnaryStep<>(approximate, Kind.DOUBLE, emit.out(0, Type.F64), a));
      return true;
    }
    emit.requireOperands(operands + 1);
    int[] in = new int[operands];
    for (int i = 0; i < operands; i++) {
      in[i] = emit.in(i + 1, Type.F64);
    }
    emit.add(doubleStep(name, direction, emit.out(0, Type.F64), in));
    return true;
  }

  private static Instruction doubleStep(String name, Rounding direction, int out, int[] in) {
    if (in.length == 1) {
      Rows.Unary<double[], double[]> function = DoubleOperations.UNARY.get(name);
      return new Rows.UnaryStep<>(
          function == null ? DoubleOperations.unary(name, direction) : function,
          Kind.DOUBLE,
          out,
          in[0]);
    }
    if (in.length == 2) {
      Rows.Binary<double[], double[], double[]> function = DoubleOperations.BINARY.get(name);
      return new Rows.BinaryStep<>(
          function == null ? DoubleOperations.binary(name, direction) : function,
          Kind.DOUBLE,
          out,
          in[0],
          in[1]);
    }
    return new Rows.TernaryStep<>(
        DoubleOperations.multiplyAdd(direction), Kind.DOUBLE, out, in[0], in[1], in[2]);
  }

  private static void testProperty(Opcode opcode, Emitter emit) {
    String property =
        opcode.takeOneOf(
            List.of("finite", "infinite", "number", "notanumber", "normal", "subnormal"));
    Type type = opcode.takeType();
    opcode.end();
    emit.requireOperands(2);
    int a =
        switch (type) {
          case F32 -> emit.in(1, Type.F32);
          case F64 -> emit.in(1, Type.F64);
          default -> throw opcode.unknown();
        };
    emit.count(type == Type.F32 ? InstructionClass.FLOAT32 : InstructionClass.FLOAT64);
    int target = emit.outPredicate(0);
    if (type == Type.F32) {
      Rows.Comparison<float[]> test =
          (x, same) -> {
            int mask = 0;
            for (int i = 0; i < Warp.LANES; i++) {
              mask |= (has(property, x[i], Float.MIN_NORMAL) ? 1 : 0) << i;
            }
            return mask;
          };
      emit.add(new PredicateSteps.Compare<>(test, target, a, a));
    } else {
      Rows.Comparison<double[]> test =
          (x, same) -> {
            int mask = 0;
            for (int i = 0; i < Warp.LANES; i++) {
              mask |= (has(property, x[i], Double.MIN_NORMAL) ? 1 : 0) << i;
            }
            return mask;
          };
      emit.add(new PredicateSteps.Compare<>(test, target, a, a));
    }
  }

  private static boolean has(String property, double value, double leastNormal) {
    double size = Math.abs(value);
    return switch (property) {
      case "finite" -> Double.isFinite(value);
      case "infinite" -> Double.isInfinite(value);
      case "number" -> !Double.isNaN(value);
      case "notanumber" -> Double.isNaN(value);
      case "normal" -> size >= leastNormal && Double.isFinite(value);
      default -> size < leastNormal && size != 0;
    };
  }
}
