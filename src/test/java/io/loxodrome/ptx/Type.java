package io.loxodrome.ptx;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** PTX's fundamental types, as far as they are supported. */
enum Type {
  PRED(0, Kind.INT),
  B8(1, Kind.INT),
  U8(1, Kind.INT),
  S8(1, Kind.INT),
  B16(2, Kind.INT),
  U16(2, Kind.INT),
  S16(2, Kind.INT),
  B32(4, Kind.INT),
  U32(4, Kind.INT),
  S32(4, Kind.INT),
  F32(4, Kind.FLOAT),
  B64(8, Kind.LONG),
  U64(8, Kind.LONG),
  S64(8, Kind.LONG),
  F64(8, Kind.DOUBLE);

  private static final Map<String, Type> BY_NAME =
      Stream.of(values())
          .collect(
              Collectors.toMap(type -> type.name().toLowerCase(Locale.ROOT), Function.identity()));

  private final int bytes;
  private final Kind kind;

  Type(int bytes, Kind kind) {
    this.bytes = bytes;
    this.kind = kind;
  }

  /** The type of that name without the dot, or null if it is none. */
  static @Nullable Type named(String name) {
    return BY_NAME.get(name);
  }

  int bytes() {
    return bytes;
  }

  /** How registers of this type are stored. */
  Kind kind() {
    return kind;
  }

  boolean signed() {
    return name().charAt(0) == 'S';
  }

  boolean floating() {
    return name().charAt(0) == 'F';
  }

  /** Whether it is an integer or untyped bits. */
  boolean integral() {
    return this != PRED && !floating();
  }

  /** Bits of a value of this type, sign- or zero-extended to 64 as the type says. */
  long extend(long bits) {
    return switch (this) {
      case S8 -> (byte) bits;
      case S16 -> (short) bits;
      case S32 -> (int) bits;
      case B8, U8 -> bits & 0xff;
      case B16, U16 -> bits & 0xffff;
      case B32, U32, F32 -> bits & 0xffffffffL;
      case PRED, B64, U64, S64, F64 -> bits;
    };
  }
}
