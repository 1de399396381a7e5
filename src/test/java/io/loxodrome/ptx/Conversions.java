package io.loxodrome.ptx;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decodes cvt. */
final class Conversions {
  private static final List<String> ROUNDINGS =
      List.of("rn", "rz", "rm", "rp", "rni", "rzi", "rmi", "rpi");
  private static final double TWO_TO_63 = 0x1p63;

  private Conversions() {}

  static void decode(Opcode opcode, Emitter emit) {
    String modifier = opcode.takeAny(ROUNDINGS);
    boolean flush = opcode.take("ftz");
    boolean saturate = opcode.take("sat");
    Type to = opcode.takeType();
    Type from = opcode.takeType();
    opcode.end();
    emit.requireOperands(2);
    if (to == Type.PRED || from == Type.PRED || !fits(modifier, to, from)) {
      throw opcode.unknown();
    }
    Rounding rounding = modifier == null ? Rounding.NEAREST : Rounding.named(modifier);
    int source = emit.in(emit.operand(1), from, from.kind());
    if (from.integral() && from.bytes() < 4) {
      source = emit.extended(source, from);
    }
    if (flush && from == Type.F32) {
      source = flushed(emit, source);
    }
    int target = emit.out(0, to);
    if (to.integral()) {
      if (from.integral()) {
        integers(emit, to, from, saturate, target, source);
      } else {
        toInteger(emit, to, from, rounding, target, source);
      }
    } else {
      if (from.integral()) {
        fromInteger(emit, to, from, rounding, target, source);
      } else {
        floats(emit, to, from, modifier, rounding, target, source);
      }
      finish(emit, to, flush, saturate, target);
    }
  }

  private static int flushed(Emitter emit, int source) {
    int temporary = emit.temporary(Kind.FLOAT);
    emit.add(new Rows.UnaryStep<>(FloatOperations.FLUSH, Kind.FLOAT, temporary, source));
    return temporary;
  }

  private static void finish(Emitter emit, Type to, boolean flush, boolean saturate, int target) {
    if (saturate) {
      emit.add(
          to == Type.F32
              ? new Rows.UnaryStep<>(FloatOperations.SATURATE, Kind.FLOAT, target, target)
              : new Rows.UnaryStep<double[], double[]>(
                  Conversions::saturate, Kind.DOUBLE, target, target));
    }
    if (flush && to == Type.F32) {
      emit.add(new Rows.UnaryStep<>(FloatOperations.FLUSH, Kind.FLOAT, target, target));
    }
  }

  private static void saturate(double[] d, double[] a) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] > 0 ? Math.min(a[i], 1) : 0;
    }
  }

  /** Whether PTX has that rounding between those types. */
  private static boolean fits(@Nullable String modifier, Type to, Type from) {
    boolean integral = modifier != null && modifier.length() == 3;
    if (to.integral()) {
      return from.integral() ? modifier == null : integral;
    }
    if (from.integral() || from.bytes() > to.bytes()) {
      return modifier != null && !integral;
    }
    return modifier == null || (integral && from == to);
  }

  private static void integers(
      Emitter emit, Type to, Type from, boolean saturate, int target, int source) {
    int row = source;
    if (saturate) {
      row = clamped(emit, to, from, source);
    }
    if (to.bytes() == 8) {
      if (from.bytes() == 8) {
        emit.add(new Rows.UnaryStep<>(Bits.COPY_LONG, Kind.LONG, target, row));
      } else {
        emit.add(
            new Rows.UnaryStep<>(
                from.signed() ? Bits.SIGNED : Bits.UNSIGNED, Kind.LONG, target, row));
      }
      return;
    }
    if (from.bytes() == 8) {
      int low = to.bytes() == 4 ? target : emit.temporary(Kind.INT);
      emit.add(new Rows.UnaryStep<>(Bits.LOW, Kind.INT, low, row));
      row = low;
    }
    if (row != target) {
      emit.add(new Rows.UnaryStep<>(Bits.extend(to), Kind.INT, target, row));
    } else if (to.bytes() < 4) {
      emit.add(new Rows.UnaryStep<>(Bits.extend(to), Kind.INT, target, target));
    }
  }

  private static int clamped(Emitter emit, Type to, Type from, int source) {
    int temporary = emit.temporary(from.kind());
    if (from.bytes() == 8) {
      Rows.Unary<long[], long[]> clamp =
          (d, a) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = clamp(to, from, a[i]);
            }
          };
      emit.add(new Rows.UnaryStep<>(clamp, Kind.LONG, temporary, source));
    } else {
      Rows.Unary<int[], int[]> clamp =
          (d, a) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = (int) clamp(to, from, from.extend(a[i]));
            }
          };
      emit.add(new Rows.UnaryStep<>(clamp, Kind.INT, temporary, source));
    }
    return temporary;
  }

  /** A value of one integer type brought into another's range. */
  private static long clamp(Type to, Type from, long value) {
    int bits = 8 * to.bytes();
    if (to.signed()) {
      long most = Long.MAX_VALUE >>> (64 - bits);
      if (!from.signed() && value < 0) {
        return most;
      }
      return Math.max(-most - 1, Math.min(most, value));
    }
    if (from.signed() && value < 0) {
      return 0;
    }
    long most = -1L >>> (64 - bits);
    return Long.compareUnsigned(value, most) > 0 ? most : value;
  }

  private static void toInteger(
      Emitter emit, Type to, Type from, Rounding rounding, int target, int source) {
    if (from == Type.F32 && to.bytes() == 8) {
      Rows.Unary<long[], float[]> convert =
          (d, a) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = !Double.isNaN(a[i]) ? integer(to, rounding.toIntegral(a[i])) : Long.MIN_VALUE;
            }
          };
      emit.add(new Rows.UnaryStep<>(convert, Kind.LONG, target, source));
    } else if (from == Type.F32) {
      Rows.Unary<int[], float[]> convert =
          (d, a) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = !Double.isNaN(a[i]) ? (int) integer(to, rounding.toIntegral(a[i])) : 0;
            }
          };
      emit.add(new Rows.UnaryStep<>(convert, Kind.INT, target, source));
    } else if (to.bytes() == 8) {
      Rows.Unary<long[], double[]> convert =
          (d, a) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = !Double.isNaN(a[i]) ? integer(to, rounding.toIntegral(a[i])) : Long.MIN_VALUE;
            }
          };
      emit.add(new Rows.UnaryStep<>(convert, Kind.LONG, target, source));
    } else {
      int notANumber = 1 << (8 * to.bytes() - 1);
      Rows.Unary<int[], double[]> convert =
          (d, a) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] =
                  !Double.isNaN(a[i]) ? (int) integer(to, rounding.toIntegral(a[i])) : notANumber;
            }
          };
      emit.add(new Rows.UnaryStep<>(convert, Kind.INT, target, source));
    }
  }

  /** A number without fraction as an integer, brought into its type's range. */
  private static long integer(Type to, double value) {
    if (to.signed()) {
      if (to.bytes() == 8) {
        return (long) value;
      }
      long most = Long.MAX_VALUE >>> (64 - 8 * to.bytes());
      return (long) Math.max((double) (-most - 1), Math.min((double) most, value));
    }
    if (!(value > 0)) {
      return 0;
    }
    if (to.bytes() == 8) {
      if (value >= 2 * TWO_TO_63) {
        return -1;
      }
      return value < TWO_TO_63 ? (long) value : (long) (value - TWO_TO_63) + Long.MIN_VALUE;
    }
    return (long) Math.min(value, (double) (-1L >>> (64 - 8 * to.bytes())));
  }

  private static void fromInteger(
      Emitter emit, Type to, Type from, Rounding rounding, int target, int source) {
    if (from.bytes() == 8) {
      Instruction step =
          to == Type.F32
              ? new Rows.UnaryStep<float[], long[]>(
                  (d, a) -> {
                    for (int i = 0; i < Warp.LANES; i++) {
                      d[i] = toFloat(a[i], from.signed(), rounding);
                    }
                  },
                  Kind.FLOAT,
                  target,
                  source)
              : new Rows.UnaryStep<double[], long[]>(
                  (d, a) -> {
                    for (int i = 0; i < Warp.LANES; i++) {
                      d[i] = toDouble(a[i], from.signed(), rounding);
                    }
                  },
                  Kind.DOUBLE,
                  target,
                  source);
      emit.add(step);
      return;
    }
    boolean signed = from != Type.U32 && from != Type.B32;
    Instruction step =
        to == Type.F32
            ? new Rows.UnaryStep<float[], int[]>(
                (d, a) -> {
                  for (int i = 0; i < Warp.LANES; i++) {
                    d[i] = toFloat(signed ? a[i] : a[i] & 0xffffffffL, true, rounding);
                  }
                },
                Kind.FLOAT,
                target,
                source)
            : new Rows.UnaryStep<double[], int[]>(
                (d, a) -> {
                  for (int i = 0; i < Warp.LANES; i++) {
                    d[i] = signed ? a[i] : a[i] & 0xffffffffL;
                  }
                },
                Kind.DOUBLE,
                target,
                source);
    emit.add(step);
  }

  private static float toFloat(long value, boolean signed, Rounding rounding) {
    if (rounding == Rounding.NEAREST && (signed || value >= 0)) {
      return value;
    }
    return rounding.toFloat(exact(value, signed));
  }

  private static double toDouble(long value, boolean signed, Rounding rounding) {
    if (rounding == Rounding.NEAREST && (signed || value >= 0)) {
      return value;
    }
    return rounding.toDouble(exact(value, signed));
  }

  private static BigDecimal exact(long value, boolean signed) {
    BigInteger integer = BigInteger.valueOf(value);
    return new BigDecimal(
        signed || value >= 0 ? integer : integer.add(BigInteger.ONE.shiftLeft(64)));
  }

  private static void floats(
      Emitter emit,
      Type to,
      Type from,
      @Nullable String modifier,
      Rounding rounding,
      int target,
      int source) {
    if (to != from) {
      emit.add(
          to == Type.F32
              ? new Rows.UnaryStep<float[], double[]>(
                  (d, a) -> {
                    for (int i = 0; i < Warp.LANES; i++) {
                      d[i] = rounding.toFloat(a[i]);
                    }
                  },
                  Kind.FLOAT,
                  target,
                  source)
              : new Rows.UnaryStep<double[], float[]>(
                  (d, a) -> {
                    for (int i = 0; i < Warp.LANES; i++) {
                      d[i] = a[i];
                    }
                  },
                  Kind.DOUBLE,
                  target,
                  source));
      return;
    }
    boolean integral = modifier != null;
    emit.add(
        to == Type.F32
            ? new Rows.UnaryStep<float[], float[]>(
                (d, a) -> {
                  for (int i = 0; i < Warp.LANES; i++) {
                    float value = integral ? (float) rounding.toIntegral(a[i]) : a[i];
                    d[i] = Rounding.canonical(value);
                  }
                },
                Kind.FLOAT,
                target,
                source)
            : new Rows.UnaryStep<double[], double[]>(
                (d, a) -> {
                  for (int i = 0; i < Warp.LANES; i++) {
                    d[i] = integral ? rounding.toIntegral(a[i]) : a[i];
                  }
                },
                Kind.DOUBLE,
                target,
                source));
  }
}
