package io.loxodrome.ptx;

import static java.util.Map.entry;

import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Double precision on rows, keyed by the opcode. */
final class DoubleOperations {
  static final Map<String, Rows.Unary<double[], double[]>> UNARY =
      Map.ofEntries(
          entry("neg", doubles(a -> Double.longBitsToDouble(flip(a)))),
          entry("abs", doubles(Math::abs)),
          entry("rcp.approx.ftz", doubles(a -> truncated(1 / a))),
          entry("rsqrt.approx.ftz", doubles(a -> truncated(1 / Math.sqrt(a)))),
          entry("rsqrt.approx", doubles(a -> 1 / Math.sqrt(a))));

  static final Map<String, Rows.Binary<double[], double[], double[]>> BINARY =
      Map.ofEntries(
          entry("min", doubles(DoubleOperations::minimum)),
          entry("max", doubles(DoubleOperations::maximum)),
          entry("copysign", doubles((a, b) -> Math.copySign(b, a))));

  private DoubleOperations() {}

  private static long flip(double a) {
    return Double.doubleToRawLongBits(a) ^ Long.MIN_VALUE;
  }

  /** What these approximations return has zeros in its lower half. */
  private static double truncated(double a) {
    return Double.longBitsToDouble(Double.doubleToRawLongBits(a) & 0xffffffff00000000L);
  }

  private static Rows.Unary<double[], double[]> doubles(DoubleUnaryOperator f) {
    return (d, a) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = f.applyAsDouble(a[i]);
      }
    };
  }

  private static Rows.Binary<double[], double[], double[]> doubles(DoubleBinaryOperator f) {
    return (d, a, b) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = f.applyAsDouble(a[i], b[i]);
      }
    };
  }

  static double minimum(double a, double b) {
    if (!Double.isNaN(a) && !Double.isNaN(b)) {
      return Math.min(a, b);
    }
    return !Double.isNaN(a) ? a : b;
  }

  static double maximum(double a, double b) {
    if (!Double.isNaN(a) && !Double.isNaN(b)) {
      return Math.max(a, b);
    }
    return !Double.isNaN(a) ? a : b;
  }

  /** rcp or sqrt. */
  static Rows.Unary<double[], double[]> unary(String name, Rounding rounding) {
    return name.equals("rcp") ? doubles(a -> rounding.divide(1, a)) : doubles(rounding::squareRoot);
  }

  /** add, sub, mul or div. */
  static Rows.Binary<double[], double[], double[]> binary(String name, Rounding rounding) {
    return switch (name) {
      case "add" -> doubles(rounding::add);
      case "sub" -> doubles((a, b) -> rounding.add(a, -b));
      case "mul" -> doubles(rounding::multiply);
      default -> doubles(rounding::divide);
    };
  }

  static Rows.Ternary<double[], double[], double[], double[]> multiplyAdd(Rounding rounding) {
    return (d, a, b, c) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = rounding.multiplyAdd(a[i], b[i], c[i]);
      }
    };
  }
}
