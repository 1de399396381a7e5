package io.loxodrome.ptx;

import static java.util.Map.entry;

import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * Single precision on rows, keyed by the opcode.
 *
 * <p>A result that is NaN has the bits that PTX says. Approximations are computed in double
 * precision and rounded, so they lie within any bound that PTX documents.
 */
final class FloatOperations {
  private static final double LN_2 = Math.log(2);

  static final Map<String, Rows.Unary<float[], float[]>> UNARY =
      Map.ofEntries(
          entry("neg", floats(a -> Float.intBitsToFloat(Float.floatToRawIntBits(a) ^ 1 << 31))),
          entry("abs", floats(a -> Float.intBitsToFloat(Float.floatToRawIntBits(a) & ~(1 << 31)))),
          entry("rcp.approx", doubles(a -> 1 / a)),
          entry("sqrt.approx", doubles(Math::sqrt)),
          entry("rsqrt.approx", doubles(a -> 1 / Math.sqrt(a))),
          entry("sin.approx", doubles(Math::sin)),
          entry("cos.approx", doubles(Math::cos)),
          entry("lg2.approx", doubles(a -> Math.log(a) / LN_2)),
          entry("ex2.approx", doubles(a -> Math.exp(a * LN_2))),
          entry("tanh.approx", doubles(Math::tanh)));

  static final Map<String, Rows.Binary<float[], float[], float[]>> BINARY =
      Map.ofEntries(
          entry(
              "add",
              (d, a, b) -> {
                for (int i = 0; i < Warp.LANES; i++) {
                  d[i] = Rounding.canonical(a[i] + b[i]);
                }
              }),
          entry(
              "sub",
              (d, a, b) -> {
                for (int i = 0; i < Warp.LANES; i++) {
                  d[i] = Rounding.canonical(a[i] - b[i]);
                }
              }),
          entry(
              "mul",
              (d, a, b) -> {
                for (int i = 0; i < Warp.LANES; i++) {
                  d[i] = Rounding.canonical(a[i] * b[i]);
                }
              }),
          entry(
              "div",
              (d, a, b) -> {
                for (int i = 0; i < Warp.LANES; i++) {
                  d[i] = Rounding.canonical(a[i] / b[i]);
                }
              }),
          entry(
              "div.approx",
              (d, a, b) -> {
                for (int i = 0; i < Warp.LANES; i++) {
                  d[i] = approximateQuotient(a[i], b[i]);
                }
              }),
          entry(
              "min",
              (d, a, b) -> {
                for (int i = 0; i < Warp.LANES; i++) {
                  d[i] = minimum(a[i], b[i]);
                }
              }),
          entry(
              "max",
              (d, a, b) -> {
                for (int i = 0; i < Warp.LANES; i++) {
                  d[i] = maximum(a[i], b[i]);
                }
              }),
          entry(
              "copysign",
              (d, a, b) -> {
                for (int i = 0; i < Warp.LANES; i++) {
                  int sign = Float.floatToRawIntBits(a[i]) & 1 << 31;
                  int rest = Float.floatToRawIntBits(b[i]) & ~(1 << 31);
                  d[i] = Float.intBitsToFloat(sign | rest);
                }
              }));

  static final Rows.Ternary<float[], float[], float[], float[]> FUSED_MULTIPLY_ADD =
      (d, a, b, c) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = Rounding.canonical(Math.fma(a[i], b[i], c[i]));
        }
      };

  /** .ftz: a denormal becomes a zero of its sign. */
  static final Rows.Unary<float[], float[]> FLUSH =
      (d, a) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = Math.abs(a[i]) < Float.MIN_NORMAL ? Math.copySign(0.0f, a[i]) : a[i];
        }
      };

  /** .sat: within 0 and 1, NaN becomes 0. */
  static final Rows.Unary<float[], float[]> SATURATE =
      (d, a) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = a[i] > 0 ? Math.min(a[i], 1) : 0;
        }
      };

  private FloatOperations() {}

  /** f(a) of floats. */
  @FunctionalInterface
  private interface FloatOperator {
    float apply(float a);
  }

  private static Rows.Unary<float[], float[]> floats(FloatOperator f) {
    return (d, a) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = f.apply(a[i]);
      }
    };
  }

  private static Rows.Unary<float[], float[]> doubles(DoubleUnaryOperator f) {
    return (d, a) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = Rounding.canonical((float) f.applyAsDouble(a[i]));
      }
    };
  }

  /** PTX says what becomes of divisors beyond 2^126: their reciprocals are flushed to zero. */
  private static float approximateQuotient(float a, float b) {
    if (Math.abs(b) > 0x1p126f && !Float.isInfinite(b)) {
      return Rounding.canonical(a * Math.copySign(0.0f, b));
    }
    return Rounding.canonical(a / b);
  }

  /** The smaller one, -0 before +0; NaN only if both are. */
  static float minimum(float a, float b) {
    if (!Float.isNaN(a) && !Float.isNaN(b)) {
      return Math.min(a, b);
    }
    return Rounding.canonical(!Float.isNaN(a) ? a : b);
  }

  /** The larger one likewise. */
  static float maximum(float a, float b) {
    if (!Float.isNaN(a) && !Float.isNaN(b)) {
      return Math.max(a, b);
    }
    return Rounding.canonical(!Float.isNaN(a) ? a : b);
  }

  static Rows.Unary<float[], float[]> reciprocal(Rounding rounding) {
    return floats(a -> rounding.divide(1, a));
  }

  static Rows.Unary<float[], float[]> squareRoot(Rounding rounding) {
    return floats(rounding::squareRoot);
  }

  /** add, sub, mul or div with a rounding other than the usual. */
  static Rows.Binary<float[], float[], float[]> directed(String name, Rounding rounding) {
    return switch (name) {
      case "add" ->
          (d, a, b) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = rounding.add(a[i], b[i]);
            }
          };
      case "sub" ->
          (d, a, b) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = rounding.add(a[i], -b[i]);
            }
          };
      case "mul" ->
          (d, a, b) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = rounding.multiply(a[i], b[i]);
            }
          };
      default ->
          (d, a, b) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = rounding.divide(a[i], b[i]);
            }
          };
    };
  }

  static Rows.Ternary<float[], float[], float[], float[]> directedMultiplyAdd(Rounding rounding) {
    return (d, a, b, c) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = rounding.multiplyAdd(a[i], b[i], c[i]);
      }
    };
  }
}
