package io.loxodrome.ptx;

/** Comparisons of rows, made of less-than, less-or-equal and equal. */
final class Comparisons {
  private Comparisons() {}

  private static final Rows.Comparison<int[]> LESS_S32 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] < b[i] ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<int[]> LESS_U32 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] + Integer.MIN_VALUE < b[i] + Integer.MIN_VALUE ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<int[]> EQUAL_32 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] == b[i] ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<long[]> LESS_S64 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] < b[i] ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<long[]> LESS_U64 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] + Long.MIN_VALUE < b[i] + Long.MIN_VALUE ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<long[]> EQUAL_64 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] == b[i] ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<float[]> LESS_F32 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] < b[i] ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<float[]> LESS_OR_EQUAL_F32 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] <= b[i] ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<float[]> EQUAL_F32 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] == b[i] ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<float[]> NUMBERS_F32 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (!Float.isNaN(a[i]) && !Float.isNaN(b[i]) ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<double[]> LESS_F64 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] < b[i] ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<double[]> LESS_OR_EQUAL_F64 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] <= b[i] ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<double[]> EQUAL_F64 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (a[i] == b[i] ? 1 : 0) << i;
        }
        return mask;
      };
  private static final Rows.Comparison<double[]> NUMBERS_F64 =
      (a, b) -> {
        int mask = 0;
        for (int i = 0; i < Warp.LANES; i++) {
          mask |= (!Double.isNaN(a[i]) && !Double.isNaN(b[i]) ? 1 : 0) << i;
        }
        return mask;
      };

  /** The comparison of that name of values of a type, which has one. */
  static Rows.Comparison<?> of(String name, Type type) {
    return switch (type) {
      case F32 -> floating(name, LESS_F32, LESS_OR_EQUAL_F32, EQUAL_F32, NUMBERS_F32);
      case F64 -> floating(name, LESS_F64, LESS_OR_EQUAL_F64, EQUAL_F64, NUMBERS_F64);
      case S16, S32 -> integral(name, LESS_S32, EQUAL_32);
      case U16, B16, U32, B32 -> integral(name, LESS_U32, EQUAL_32);
      case S64 -> integral(name, LESS_S64, EQUAL_64);
      case U64, B64 -> integral(name, LESS_U64, EQUAL_64);
      case PRED, B8, U8, S8 -> throw new IllegalArgumentException("no comparison of type " + type);
    };
  }

  /** lo, ls, hi and hs are lt, le, gt and ge of unsigned numbers. */
  private static <A> Rows.Comparison<A> integral(
      String name, Rows.Comparison<A> less, Rows.Comparison<A> equal) {
    return switch (name) {
      case "lt", "lo" -> less;
      case "gt", "hi" -> (a, b) -> less.compare(b, a);
      case "ge", "hs" -> (a, b) -> ~less.compare(a, b);
      case "le", "ls" -> (a, b) -> ~less.compare(b, a);
      case "eq" -> equal;
      case "ne" -> (a, b) -> ~equal.compare(a, b);
      default -> throw new IllegalArgumentException("no comparison of integers: " + name);
    };
  }

  private static <A> Rows.Comparison<A> floating(
      String name,
      Rows.Comparison<A> less,
      Rows.Comparison<A> lessOrEqual,
      Rows.Comparison<A> equal,
      Rows.Comparison<A> numbers) {
    return switch (name) {
      case "lt" -> less;
      case "gt" -> (a, b) -> less.compare(b, a);
      case "le" -> lessOrEqual;
      case "ge" -> (a, b) -> lessOrEqual.compare(b, a);
      case "eq" -> equal;
      case "ne" -> (a, b) -> numbers.compare(a, b) & ~equal.compare(a, b);
      case "ltu" -> (a, b) -> ~lessOrEqual.compare(b, a);
      case "gtu" -> (a, b) -> ~lessOrEqual.compare(a, b);
      case "leu" -> (a, b) -> ~less.compare(b, a);
      case "geu" -> (a, b) -> ~less.compare(a, b);
      case "equ" -> (a, b) -> ~numbers.compare(a, b) | equal.compare(a, b);
      case "neu" -> (a, b) -> ~equal.compare(a, b);
      case "num" -> numbers;
      case "nan" -> (a, b) -> ~numbers.compare(a, b);
      default -> throw new IllegalArgumentException("no comparison of numbers: " + name);
    };
  }
}
