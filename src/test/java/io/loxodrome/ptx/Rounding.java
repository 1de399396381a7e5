package io.loxodrome.ptx;

import java.math.BigDecimal;

/** Which way a result that does not fit is rounded. */
enum Rounding {
  NEAREST,
  ZERO,
  DOWN,
  UP;

  /** What PTX calls NaN in single precision. */
  static final float NAN = Float.intBitsToFloat(0x7fffffff);

  /** The rounding that a modifier names: rn, rz, rm or rp, with or without an i behind it. */
  static Rounding named(String modifier) {
    return switch (modifier.charAt(1)) {
      case 'n' -> NEAREST;
      case 'z' -> ZERO;
      case 'm' -> DOWN;
      default -> UP;
    };
  }

  /** NaN as PTX has it, anything else as it is. */
  static float canonical(float value) {
    return !Float.isNaN(value) ? value : NAN;
  }

  // Single precision: products are exact in double, the error of a sum is known exactly.

  float add(float a, float b) {
    return sum(a, b, a + b);
  }

  float multiply(float a, float b) {
    return round(a * b, (double) a * b, 0);
  }

  float multiplyAdd(float a, float b, float c) {
    return sum((double) a * b, c, Math.fma(a, b, c));
  }

  private float sum(double a, double b, float nearest) {
    double sum = a + b;
    if (sum == 0 && this == DOWN) {
      return 1 / a > 0 && 1 / b > 0 ? 0.0f : -0.0f;
    }
    double part = sum - a;
    double error = (a - (sum - part)) + (b - part);
    return round(nearest, sum, error);
  }

  float divide(float a, float b) {
    float nearest = a / b;
    if (this == NEAREST || !ordinary(a, b) || Float.isNaN(nearest)) {
      return canonical(nearest);
    }
    if (Float.isInfinite(nearest)) {
      return b == 0 ? nearest : away(nearest, nearest > 0 ? -1 : 1);
    }
    return away(nearest, Double.compare(a, (double) nearest * b) * (b < 0 ? -1 : 1));
  }

  float squareRoot(float a) {
    float nearest = (float) Math.sqrt(a);
    if (this == NEAREST || !(a > 0) || Float.isInfinite(a)) {
      return canonical(nearest);
    }
    return away(nearest, Double.compare(a, (double) nearest * nearest));
  }

  private static boolean ordinary(float a, float b) {
    return Float.isFinite(a) && Float.isFinite(b);
  }

  /** The number value + error, whose nearest float is known. */
  private float round(float nearest, double value, double error) {
    if (this == NEAREST || Double.isNaN(value) || Double.isInfinite(value)) {
      return canonical(nearest);
    }
    int side = Double.compare(value, nearest);
    if (value == nearest) {
      side = (int) Math.signum(error);
    }
    return away(nearest, side);
  }

  /**
   * Moves the nearest float where this rounding wants it.
   *
   * @param side the sign of the exact value minus that float
   */
  private float away(float nearest, int side) {
    return switch (this) {
      case NEAREST -> nearest;
      case DOWN -> side < 0 ? Math.nextDown(nearest) : nearest;
      case UP -> side > 0 ? Math.nextUp(nearest) : nearest;
      case ZERO -> {
        if (nearest > 0 && side < 0) {
          yield Math.nextDown(nearest);
        }
        yield nearest < 0 && side > 0 ? Math.nextUp(nearest) : nearest;
      }
    };
  }

  // Double precision, by exact decimals.

  double add(double a, double b) {
    double nearest = a + b;
    if (this == NEAREST || !finite(a, b, 0)) {
      return nearest;
    }
    return round(nearest, new BigDecimal(a).add(new BigDecimal(b)), a, b);
  }

  double multiply(double a, double b) {
    double nearest = a * b;
    if (this == NEAREST || !finite(a, b, 0)) {
      return nearest;
    }
    return round(nearest, new BigDecimal(a).multiply(new BigDecimal(b)), nearest, nearest);
  }

  double multiplyAdd(double a, double b, double c) {
    double nearest = Math.fma(a, b, c);
    if (this == NEAREST || !finite(a, b, c)) {
      return nearest;
    }
    BigDecimal exact = new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(c));
    return round(nearest, exact, a * b, c);
  }

  double divide(double a, double b) {
    double nearest = a / b;
    if (this == NEAREST || !finite(a, b, 0) || b == 0 || a == 0) {
      return nearest;
    }
    if (Double.isInfinite(nearest)) {
      return away(nearest, nearest > 0 ? -1 : 1);
    }
    int side = new BigDecimal(a).compareTo(new BigDecimal(nearest).multiply(new BigDecimal(b)));
    return away(nearest, b < 0 ? -side : side);
  }

  double squareRoot(double a) {
    double nearest = Math.sqrt(a);
    if (this == NEAREST || !(a > 0) || Double.isInfinite(a)) {
      return nearest;
    }
    BigDecimal root = new BigDecimal(nearest);
    return away(nearest, new BigDecimal(a).compareTo(root.multiply(root)));
  }

  private static boolean finite(double a, double b, double c) {
    return Double.isFinite(a) && Double.isFinite(b) && Double.isFinite(c);
  }

  /** Rounds a sum whose terms say what sign a zero has. */
  private double round(double nearest, BigDecimal exact, double a, double b) {
    if (exact.signum() == 0) {
      boolean positive = this == DOWN ? 1 / a > 0 && 1 / b > 0 : 1 / nearest > 0;
      return positive ? 0.0 : -0.0;
    }
    return away(nearest, side(exact, nearest));
  }

  private static int side(BigDecimal exact, double nearest) {
    if (Double.isInfinite(nearest)) {
      return nearest > 0 ? -1 : 1;
    }
    return exact.compareTo(new BigDecimal(nearest));
  }

  private double away(double nearest, int side) {
    return switch (this) {
      case NEAREST -> nearest;
      case DOWN -> side < 0 ? Math.nextDown(nearest) : nearest;
      case UP -> side > 0 ? Math.nextUp(nearest) : nearest;
      case ZERO -> {
        if (nearest > 0 && side < 0) {
          yield Math.nextDown(nearest);
        }
        yield nearest < 0 && side > 0 ? Math.nextUp(nearest) : nearest;
      }
    };
  }

  // Conversions.

  /** A finite exact number as a float. */
  float toFloat(BigDecimal exact) {
    float nearest = exact.floatValue();
    if (Float.isInfinite(nearest)) {
      return away(nearest, nearest > 0 ? -1 : 1);
    }
    return away(nearest, exact.compareTo(new BigDecimal(nearest)));
  }

  /** A finite exact number as a double. */
  double toDouble(BigDecimal exact) {
    double nearest = exact.doubleValue();
    return away(nearest, side(exact, nearest));
  }

  /** Any double as a float. */
  float toFloat(double value) {
    return round((float) value, value, 0);
  }

  /** The integer that a number is rounded to, with the sign of a zero kept. */
  double toIntegral(double value) {
    return switch (this) {
      case NEAREST -> Math.rint(value);
      case DOWN -> Math.floor(value);
      case UP -> Math.ceil(value);
      case ZERO ->
          value < 0 || (value == 0 && 1 / value < 0) ? Math.ceil(value) : Math.floor(value);
    };
  }
}
