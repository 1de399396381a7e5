package io.loxodrome.ptx;

import org.jspecify.annotations.Nullable;

/** Moves of bits between rows of different kinds. */
final class Bits {
  static final Rows.Unary<int[], int[]> COPY_INT =
      (d, a) -> System.arraycopy(a, 0, d, 0, Warp.LANES);
  static final Rows.Unary<long[], long[]> COPY_LONG =
      (d, a) -> System.arraycopy(a, 0, d, 0, Warp.LANES);
  static final Rows.Unary<float[], float[]> COPY_FLOAT =
      (d, a) -> System.arraycopy(a, 0, d, 0, Warp.LANES);
  static final Rows.Unary<double[], double[]> COPY_DOUBLE =
      (d, a) -> System.arraycopy(a, 0, d, 0, Warp.LANES);

  private static final Rows.Unary<int[], float[]> FLOAT_TO_INT =
      (d, a) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = Float.floatToRawIntBits(a[i]);
        }
      };
  private static final Rows.Unary<float[], int[]> INT_TO_FLOAT =
      (d, a) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = Float.intBitsToFloat(a[i]);
        }
      };
  private static final Rows.Unary<long[], double[]> DOUBLE_TO_LONG =
      (d, a) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = Double.doubleToRawLongBits(a[i]);
        }
      };
  private static final Rows.Unary<double[], long[]> LONG_TO_DOUBLE =
      (d, a) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = Double.longBitsToDouble(a[i]);
        }
      };
  static final Rows.Unary<int[], long[]> LOW =
      (d, a) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = (int) a[i];
        }
      };
  static final Rows.Unary<int[], long[]> HIGH =
      (d, a) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = (int) (a[i] >>> 32);
        }
      };
  static final Rows.Unary<long[], int[]> UNSIGNED =
      (d, a) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = a[i] & 0xffffffffL;
        }
      };
  static final Rows.Unary<long[], int[]> SIGNED =
      (d, a) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = a[i];
        }
      };
  static final Rows.Binary<long[], int[], int[]> PACK =
      (d, a, b) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = (a[i] & 0xffffffffL) | ((long) b[i] << 32);
        }
      };
  static final Rows.Binary<int[], int[], int[]> PACK_HALVES =
      (d, a, b) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = (a[i] & 0xffff) | (b[i] << 16);
        }
      };
  static final Rows.Unary<int[], int[]> UPPER_HALF =
      (d, a) -> {
        for (int i = 0; i < Warp.LANES; i++) {
          d[i] = a[i] >>> 16;
        }
      };

  private Bits() {}

  /** Copies a row of that kind. */
  static Rows.Unary<?, ?> copy(Kind kind) {
    return switch (kind) {
      case INT -> COPY_INT;
      case LONG -> COPY_LONG;
      case FLOAT -> COPY_FLOAT;
      case DOUBLE -> COPY_DOUBLE;
    };
  }

  /** Moves bits as they are; from 32 to 64 with a sign or without. Null where sizes differ else. */
  static Rows.@Nullable Unary<?, ?> move(Kind from, Kind to, boolean signed) {
    return switch (from) {
      case INT ->
          switch (to) {
            case INT -> COPY_INT;
            case FLOAT -> INT_TO_FLOAT;
            case LONG -> signed ? SIGNED : UNSIGNED;
            case DOUBLE -> null;
          };
      case FLOAT ->
          switch (to) {
            case INT -> FLOAT_TO_INT;
            case FLOAT -> COPY_FLOAT;
            case LONG, DOUBLE -> null;
          };
      case LONG ->
          switch (to) {
            case INT -> LOW;
            case LONG -> COPY_LONG;
            case DOUBLE -> LONG_TO_DOUBLE;
            case FLOAT -> null;
          };
      case DOUBLE ->
          switch (to) {
            case LONG -> DOUBLE_TO_LONG;
            case DOUBLE -> COPY_DOUBLE;
            case INT, FLOAT -> null;
          };
    };
  }

  /** Extends 8 or 16 bits to 32 with or without a sign. */
  static Rows.Unary<int[], int[]> extend(Type type) {
    return switch (type) {
      case S8 ->
          (d, a) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = (byte) a[i];
            }
          };
      case U8, B8 ->
          (d, a) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = a[i] & 0xff;
            }
          };
      case S16 ->
          (d, a) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = (short) a[i];
            }
          };
      case U16, B16 ->
          (d, a) -> {
            for (int i = 0; i < Warp.LANES; i++) {
              d[i] = a[i] & 0xffff;
            }
          };
      default -> COPY_INT;
    };
  }
}
