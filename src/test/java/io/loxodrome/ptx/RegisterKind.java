package io.loxodrome.ptx;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kinds of registers that the instruction tables use, told apart by nvcc's names for them. */
enum RegisterKind {
  PREDICATE("%p", "pred", 1),
  HALF("%rs", "b16", 16),
  WORD("%r", "b32", 32),
  WIDE("%rd", "b64", 64),
  SINGLE("%f", "f32", 32),
  DOUBLE("%fd", "f64", 64);

  /** Any register of these kinds. */
  static final Pattern REGISTER = Pattern.compile("(%(?:p|rs|rd|r|fd|f))\\d+\\b");

  private final String prefix;
  private final String type;
  private final int width;

  RegisterKind(String prefix, String type, int width) {
    this.prefix = prefix;
    this.type = type;
    this.width = width;
  }

  /** The kind of the register of that name. */
  static RegisterKind of(String register) {
    Matcher name = REGISTER.matcher(register);
    if (name.matches()) {
      for (RegisterKind kind : values()) {
        if (kind.prefix.equals(name.group(1))) {
          return kind;
        }
      }
    }
    throw new IllegalArgumentException(register + " is no register of the tables");
  }

  /** Declares the registers of this kind. */
  String declaration() {
    return ".reg .%s %s<32>;".formatted(type, prefix);
  }

  /** Fills a register from the 8 bytes at an offset from a register with an address. */
  String load(String register, String base, int offset) {
    if (this == PREDICATE) {
      return "ld.global.u32 %%flag, [%s+%d]; setp.ne.u32 %s, %%flag, 0;"
          .formatted(base, offset, register);
    }
    return "ld.global.%s %s, [%s+%d];".formatted(type, register, base, offset);
  }

  /** Writes a register to the first bytes of the 8 at an offset. */
  String store(String register, String base, int offset) {
    if (this == PREDICATE) {
      return "selp.u32 %%flag, 1, 0, %s; st.global.u32 [%s+%d], %%flag;"
          .formatted(register, base, offset);
    }
    return "st.global.%s [%s+%d], %s;".formatted(type, base, offset, register);
  }

  /** Sets a register to {@link #poison}. */
  String fillWithPoison(String register) {
    return switch (this) {
      case PREDICATE -> "setp.ne.u32 %s, %%thread, %%thread;".formatted(register);
      case SINGLE -> "mov.f32 %s, 0f%08X;".formatted(register, poison());
      case DOUBLE -> "mov.f64 %s, 0d%016X;".formatted(register, poison());
      default -> "mov.%s %s, 0x%X;".formatted(type, register, poison());
    };
  }

  /** What a register holds that the instruction did not reach. */
  long poison() {
    return this == PREDICATE ? 0 : 0x5a6b_5a6b_5a6b_5a6bL & mask();
  }

  /** The bits of a register of this kind. */
  long mask() {
    return -1L >>> (Long.SIZE - width);
  }

  /**
   * The bits that a token of the tables stands for: 0x and hexadecimal digits are bits, anything
   * else is a decimal number of this kind.
   */
  long bits(String token) {
    if (token.startsWith("0x") && !token.contains("p")) {
      return requireFit(token, Long.parseUnsignedLong(token.substring(2), 16));
    }
    return switch (this) {
      case SINGLE -> Float.floatToRawIntBits((float) number(token)) & mask();
      case DOUBLE -> Double.doubleToRawLongBits(number(token));
      default -> requireFit(token, integer(token));
    };
  }

  private static long integer(String token) {
    return token.startsWith("-") ? Long.parseLong(token) : Long.parseUnsignedLong(token);
  }

  private long requireFit(String token, long value) {
    boolean fits = (value & ~mask()) == 0 || (value | mask() >>> 1) == -1;
    if (!fits) {
      throw new IllegalArgumentException(token + " does not fit into a register " + prefix);
    }
    return value & mask();
  }

  /** The number a decimal or hexadecimal floating-point token stands for. */
  static double number(String token) {
    return switch (token) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> Double.parseDouble(token);
    };
  }

  /** What the bits mean as a floating-point number; NaN for kinds that hold none. */
  double value(long bits) {
    return switch (this) {
      case SINGLE -> Float.intBitsToFloat((int) bits);
      case DOUBLE -> Double.longBitsToDouble(bits);
      default -> Double.NaN;
    };
  }

  /** The bits as an error shows them. */
  String show(long bits) {
    String hexadecimal = "0x%x".formatted(bits);
    return this == SINGLE || this == DOUBLE
        ? String.format(Locale.ROOT, "%s (%s)", hexadecimal, value(bits))
        : hexadecimal;
  }
}
