package io.loxodrome.ptx;

import static java.util.Map.entry;

import java.util.Map;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * Integer arithmetic on rows, keyed by the opcode; where the sign matters {@code .s} or {@code .u}
 * is behind it.
 *
 * <p>Values of 16 bits come extended to 32; what is above bit 15 of their results does not matter.
 */
final class IntegerOperations {
  /** Operations on 32 bits. */
  static final Map<String, Rows.Unary<int[], int[]>> UNARY_32 =
      Map.ofEntries(
          entry("not", IntegerOperations::not),
          entry("neg", ints(a -> -a)),
          entry("abs", ints(Math::abs)),
          entry("brev", ints(Integer::reverse)),
          entry("popc", ints(Integer::bitCount)),
          entry("clz", ints(Integer::numberOfLeadingZeros)),
          entry("cnot", ints(a -> a == 0 ? 1 : 0)),
          entry("bfind.u", ints(a -> 31 - Integer.numberOfLeadingZeros(a))),
          entry("bfind.s", ints(a -> 31 - Integer.numberOfLeadingZeros(a < 0 ? ~a : a))),
          entry("bfind.shiftamt.u", ints(a -> a == 0 ? -1 : Integer.numberOfLeadingZeros(a))),
          entry(
              "bfind.shiftamt.s",
              ints(
                  a -> (a < 0 ? ~a : a) == 0 ? -1 : Integer.numberOfLeadingZeros(a < 0 ? ~a : a))));

  static final Map<String, Rows.Unary<long[], long[]>> UNARY_64 =
      Map.ofEntries(
          entry("not", IntegerOperations::not),
          entry("neg", longs(a -> -a)),
          entry("abs", longs(Math::abs)),
          entry("brev", longs(Long::reverse)),
          entry("cnot", longs(a -> a == 0 ? 1 : 0)));

  /** Operations on 64 bits with a result of 32. */
  static final Map<String, Rows.Unary<int[], long[]>> UNARY_64_TO_32 =
      Map.of(
          "popc", narrowing(Long::bitCount),
          "clz", narrowing(Long::numberOfLeadingZeros),
          "bfind.u", narrowing(a -> 63 - Long.numberOfLeadingZeros(a)),
          "bfind.s", narrowing(a -> 63 - Long.numberOfLeadingZeros(a < 0 ? ~a : a)),
          "bfind.shiftamt.u", narrowing(a -> a == 0 ? -1 : Long.numberOfLeadingZeros(a)),
          "bfind.shiftamt.s",
              narrowing(
                  a -> (a < 0 ? ~a : a) == 0 ? -1 : Long.numberOfLeadingZeros(a < 0 ? ~a : a)));

  static final Map<String, Rows.Binary<int[], int[], int[]>> BINARY_32 =
      Map.ofEntries(
          entry("add", IntegerOperations::add),
          entry("sub", IntegerOperations::subtract),
          entry("add.sat", ints((a, b) -> saturated((long) a + b))),
          entry("sub.sat", ints((a, b) -> saturated((long) a - b))),
          entry("mul.lo", IntegerOperations::multiply),
          entry("mul.hi.s", ints((a, b) -> (int) (((long) a * b) >> 32))),
          entry("mul.hi.u", ints(IntegerOperations::multiplyHighUnsigned)),
          entry("mul24.lo.s", ints((a, b) -> (a << 8 >> 8) * (b << 8 >> 8))),
          entry("mul24.lo.u", ints((a, b) -> (a & 0xffffff) * (b & 0xffffff))),
          entry("div.s", ints((a, b) -> b == 0 ? -1 : a / b)),
          entry("div.u", ints((a, b) -> b == 0 ? -1 : Integer.divideUnsigned(a, b))),
          entry("rem.s", ints((a, b) -> b == 0 ? a : a % b)),
          entry("rem.u", ints((a, b) -> b == 0 ? a : Integer.remainderUnsigned(a, b))),
          entry("min.s", IntegerOperations::minimum),
          entry("max.s", IntegerOperations::maximum),
          entry("min.u", ints((a, b) -> Integer.compareUnsigned(a, b) < 0 ? a : b)),
          entry("max.u", ints((a, b) -> Integer.compareUnsigned(a, b) < 0 ? b : a)),
          entry("and", IntegerOperations::and),
          entry("or", IntegerOperations::or),
          entry("xor", IntegerOperations::xor),
          entry("shl", IntegerOperations::shiftLeft),
          entry("shr.s", IntegerOperations::shiftRightSigned),
          entry("shr.u", IntegerOperations::shiftRightUnsigned));

  static final Map<String, Rows.Binary<long[], long[], long[]>> BINARY_64 =
      Map.ofEntries(
          entry("add", IntegerOperations::add),
          entry("sub", IntegerOperations::subtract),
          entry("mul.lo", IntegerOperations::multiply),
          entry("mul.hi.s", longs(Math::multiplyHigh)),
          entry("mul.hi.u", longs(IntegerOperations::multiplyHighUnsigned)),
          entry("div.s", longs((a, b) -> b == 0 ? -1 : a / b)),
          entry("div.u", longs((a, b) -> b == 0 ? -1 : Long.divideUnsigned(a, b))),
          entry("rem.s", longs((a, b) -> b == 0 ? a : a % b)),
          entry("rem.u", longs((a, b) -> b == 0 ? a : Long.remainderUnsigned(a, b))),
          entry("min.s", longs(Math::min)),
          entry("max.s", longs(Math::max)),
          entry("min.u", longs((a, b) -> Long.compareUnsigned(a, b) < 0 ? a : b)),
          entry("max.u", longs((a, b) -> Long.compareUnsigned(a, b) < 0 ? b : a)),
          entry("and", IntegerOperations::and),
          entry("or", IntegerOperations::or),
          entry("xor", IntegerOperations::xor));

  /** Shifts of 64 bits by an amount of 32. */
  static final Map<String, Rows.Binary<long[], long[], int[]>> SHIFT_64 =
      Map.of(
          "shl", IntegerOperations::shiftLeft,
          "shr.s", IntegerOperations::shiftRightSigned,
          "shr.u", IntegerOperations::shiftRightUnsigned);

  /** Products of twice the width. */
  static final Map<String, Rows.Binary<long[], int[], int[]>> WIDE =
      Map.of(
          "mul.wide.s", IntegerOperations::multiplyWideSigned,
          "mul.wide.u", IntegerOperations::multiplyWideUnsigned);

  static final Map<String, Rows.Ternary<long[], int[], int[], long[]>> WIDE_SUM =
      Map.of(
          "mad.wide.s",
          (d, a, b, c) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = (long) a[i] * b[i] + c[i];
            }
          },
          "mad.wide.u",
          (d, a, b, c) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = (a[i] & 0xffffffffL) * (b[i] & 0xffffffffL) + c[i];
            }
          });

  /** Three operands of 32 bits. */
  static final Map<String, Rows.Ternary<int[], int[], int[], int[]>> TERNARY_32 =
      Map.ofEntries(
          entry(
              "mad.lo",
              (d, a, b, c) -> {
                for (int i = 0; i < Warp.LANES; i++) {
                  d[i] = a[i] * b[i] + c[i];
                }
              }),
          entry("mad.hi.s", ints((a, b, c) -> (int) (((long) a * b) >> 32) + c)),
          entry("mad.hi.u", ints((a, b, c) -> multiplyHighUnsigned(a, b) + c)),
          entry("mad24.lo.s", ints((a, b, c) -> (a << 8 >> 8) * (b << 8 >> 8) + c)),
          entry("mad24.lo.u", ints((a, b, c) -> (a & 0xffffff) * (b & 0xffffff) + c)),
          entry("sad.s", ints((a, b, c) -> c + (a < b ? b - a : a - b))),
          entry(
              "sad.u", ints((a, b, c) -> c + (Integer.compareUnsigned(a, b) < 0 ? b - a : a - b))),
          entry("bfe.s", ints((a, b, c) -> (int) extractSigned(a, 32, b, c))),
          entry("bfe.u", ints((a, b, c) -> (int) extractUnsigned(a & 0xffffffffL, b, c))),
          entry("shf.l.wrap", ints((a, b, c) -> funnelLeft(a, b, c & 31))),
          entry("shf.l.clamp", ints((a, b, c) -> funnelLeft(a, b, clamp(c, 32)))),
          entry("shf.r.wrap", ints((a, b, c) -> funnelRight(a, b, c & 31))),
          entry("shf.r.clamp", ints((a, b, c) -> funnelRight(a, b, clamp(c, 32)))),
          entry("prmt", ints(IntegerOperations::permute)),
          entry("prmt.f4e", ints((a, b, c) -> select(a, b, (c & 3) * 0x1111 + 0x3210))),
          entry("prmt.b4e", ints((a, b, c) -> permuteBackward(a, b, c & 3))),
          entry("prmt.rc8", ints((a, b, c) -> select(a, b, (c & 3) * 0x1111))),
          entry("prmt.ecl", ints((a, b, c) -> permuteClampLeft(a, b, c & 3))),
          entry("prmt.ecr", ints((a, b, c) -> permuteClampRight(a, b, c & 3))),
          entry("prmt.rc16", ints((a, b, c) -> select(a, b, (c & 1) == 0 ? 0x1010 : 0x3232))));

  /** Three operands of 64 bits. */
  static final Map<String, Rows.Ternary<long[], long[], long[], long[]>> TERNARY_64 =
      Map.of(
          "mad.lo",
          longs((a, b, c) -> a * b + c),
          "mad.hi.s",
          longs((a, b, c) -> Math.multiplyHigh(a, b) + c),
          "mad.hi.u",
          longs((a, b, c) -> multiplyHighUnsigned(a, b) + c),
          "sad.s",
          longs((a, b, c) -> c + (a < b ? b - a : a - b)),
          "sad.u",
          longs((a, b, c) -> c + (Long.compareUnsigned(a, b) < 0 ? b - a : a - b)));

  /** Bits taken out of 64: from position b on, c of them. */
  static final Map<String, Rows.Ternary<long[], long[], int[], int[]>> EXTRACT_64 =
      Map.of(
          "bfe.s",
          (d, a, b, c) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = extractSigned(a[i], 64, b[i], c[i]);
            }
          },
          "bfe.u",
          (d, a, b, c) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = extractUnsigned(a[i], b[i], c[i]);
            }
          });

  private IntegerOperations() {}

  /** f(a, b, c) of ints. */
  @FunctionalInterface
  interface IntTernaryOperator {
    int apply(int a, int b, int c);
  }

  /** f(a, b, c) of longs. */
  @FunctionalInterface
  interface LongTernaryOperator {
    long apply(long a, long b, long c);
  }

  /** An int made of a long. */
  @FunctionalInterface
  interface Narrowing {
    int apply(long a);
  }

  // What is not worth a loop of its own.

  private static Rows.Unary<int[], int[]> ints(IntUnaryOperator f) {
    return (d, a) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = f.applyAsInt(a[i]);
      }
    };
  }

  private static Rows.Binary<int[], int[], int[]> ints(IntBinaryOperator f) {
    return (d, a, b) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = f.applyAsInt(a[i], b[i]);
      }
    };
  }

  private static Rows.Ternary<int[], int[], int[], int[]> ints(IntTernaryOperator f) {
    return (d, a, b, c) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = f.apply(a[i], b[i], c[i]);
      }
    };
  }

  private static Rows.Unary<long[], long[]> longs(LongUnaryOperator f) {
    return (d, a) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = f.applyAsLong(a[i]);
      }
    };
  }

  private static Rows.Binary<long[], long[], long[]> longs(LongBinaryOperator f) {
    return (d, a, b) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = f.applyAsLong(a[i], b[i]);
      }
    };
  }

  private static Rows.Ternary<long[], long[], long[], long[]> longs(LongTernaryOperator f) {
    return (d, a, b, c) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = f.apply(a[i], b[i], c[i]);
      }
    };
  }

  private static Rows.Unary<int[], long[]> narrowing(Narrowing f) {
    return (d, a) -> {
      for (int i = 0; i < Warp.LANES; i++) {
        d[i] = f.apply(a[i]);
      }
    };
  }

  // Loops that the compiler can turn into vector instructions.

  private static void not(int[] d, int[] a) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = ~a[i];
    }
  }

  private static void not(long[] d, long[] a) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = ~a[i];
    }
  }

  private static void add(int[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] + b[i];
    }
  }

  private static void add(long[] d, long[] a, long[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] + b[i];
    }
  }

  private static void subtract(int[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] - b[i];
    }
  }

  private static void subtract(long[] d, long[] a, long[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] - b[i];
    }
  }

  private static void multiply(int[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] * b[i];
    }
  }

  private static void multiply(long[] d, long[] a, long[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] * b[i];
    }
  }

  private static void multiplyWideSigned(long[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = (long) a[i] * b[i];
    }
  }

  private static void multiplyWideUnsigned(long[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = (a[i] & 0xffffffffL) * (b[i] & 0xffffffffL);
    }
  }

  private static void minimum(int[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = Math.min(a[i], b[i]);
    }
  }

  private static void maximum(int[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = Math.max(a[i], b[i]);
    }
  }

  private static void and(int[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] & b[i];
    }
  }

  private static void and(long[] d, long[] a, long[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] & b[i];
    }
  }

  private static void or(int[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] | b[i];
    }
  }

  private static void or(long[] d, long[] a, long[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] | b[i];
    }
  }

  private static void xor(int[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] ^ b[i];
    }
  }

  private static void xor(long[] d, long[] a, long[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] ^ b[i];
    }
  }

  // Shift amounts are unsigned; those beyond the width shift everything out.

  private static void shiftLeft(int[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = (b[i] & ~31) == 0 ? a[i] << b[i] : 0;
    }
  }

  private static void shiftRightSigned(int[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] >> ((b[i] & ~31) == 0 ? b[i] : 31);
    }
  }

  private static void shiftRightUnsigned(int[] d, int[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = (b[i] & ~31) == 0 ? a[i] >>> b[i] : 0;
    }
  }

  private static void shiftLeft(long[] d, long[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = (b[i] & ~63) == 0 ? a[i] << b[i] : 0;
    }
  }

  private static void shiftRightSigned(long[] d, long[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = a[i] >> ((b[i] & ~63) == 0 ? b[i] : 63);
    }
  }

  private static void shiftRightUnsigned(long[] d, long[] a, int[] b) {
    for (int i = 0; i < Warp.LANES; i++) {
      d[i] = (b[i] & ~63) == 0 ? a[i] >>> b[i] : 0;
    }
  }

  private static int clamp(int amount, int most) {
    return Integer.compareUnsigned(amount, most) < 0 ? amount : most;
  }

  private static int saturated(long value) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
  }

  private static int multiplyHighUnsigned(int a, int b) {
    return (int) (((a & 0xffffffffL) * (b & 0xffffffffL)) >>> 32);
  }

  static long multiplyHighUnsigned(long a, long b) {
    return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
  }

  private static long extractUnsigned(long a, int position, int length) {
    int at = position & 0xff;
    int bits = length & 0xff;
    long shifted = at < 64 ? a >>> at : 0;
    return bits < 64 ? shifted & ((1L << bits) - 1) : shifted;
  }

  private static long extractSigned(long a, int width, int position, int length) {
    int at = position & 0xff;
    int bits = length & 0xff;
    if (bits == 0) {
      return 0;
    }
    long shifted = a >> Math.min(at, 63);
    if (at + bits >= width) {
      return at < width ? shifted : a >> (width - 1);
    }
    return shifted << (64 - bits) >> (64 - bits);
  }

  /** bfi: the lower bits of a, put into b. */
  static long insert(long a, long b, int position, int length, int width) {
    int at = position & 0xff;
    int bits = length & 0xff;
    if (bits == 0 || at >= width) {
      return b;
    }
    long mask = (bits >= 64 ? -1L : (1L << bits) - 1) << at;
    return (b & ~mask) | ((a << at) & mask);
  }

  private static int funnelLeft(int low, int high, int amount) {
    long both = (low & 0xffffffffL) | ((long) high << 32);
    return amount == 32 ? low : (int) ((both << amount) >>> 32);
  }

  private static int funnelRight(int low, int high, int amount) {
    long both = (low & 0xffffffffL) | ((long) high << 32);
    return (int) (both >>> amount);
  }

  /** Bytes of {b, a}, chosen by four digits; bit 3 of a digit takes the byte's sign instead. */
  private static int permute(int a, int b, int selector) {
    return select(a, b, selector);
  }

  private static int select(int a, int b, int selector) {
    long both = (a & 0xffffffffL) | ((long) b << 32);
    int result = 0;
    for (int i = 0; i < 4; i++) {
      int digit = selector >>> (4 * i);
      int value = (int) (both >>> (8 * (digit & 7))) & 0xff;
      if ((digit & 8) != 0) {
        value = (byte) value >> 7;
      }
      result |= (value & 0xff) << (8 * i);
    }
    return result;
  }

  private static int permuteBackward(int a, int b, int from) {
    int selector = 0;
    for (int i = 0; i < 4; i++) {
      selector |= ((from - i) & 7) << (4 * i);
    }
    return select(a, b, selector);
  }

  private static int permuteClampLeft(int a, int b, int least) {
    int selector = 0;
    for (int i = 0; i < 4; i++) {
      selector |= Math.max(i, least) << (4 * i);
    }
    return select(a, b, selector);
  }

  private static int permuteClampRight(int a, int b, int most) {
    int selector = 0;
    for (int i = 0; i < 4; i++) {
      selector |= Math.min(i, most) << (4 * i);
    }
    return select(a, b, selector);
  }
}
