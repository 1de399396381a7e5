package io.loxodrome.ptx;

/** Whether two words hold nearly the same number in single precision. */
final class Nearness {
  private static final float RELATIVE = 1e-5f;
  private static final float NEAR_ZERO = 1e-6f;

  private Nearness() {}

  static boolean of(int first, int second) {
    if (first == second) {
      return true;
    }
    if (isInteger(first) || isInteger(second)) {
      return false;
    }
    float one = Float.intBitsToFloat(first);
    float other = Float.intBitsToFloat(second);
    float larger = Math.max(Math.abs(one), Math.abs(other));
    return Math.abs(one - other) <= RELATIVE * larger + NEAR_ZERO;
  }

  /** What is subnormal here is a count or an index in truth. */
  private static boolean isInteger(int word) {
    return (word & 0x7f800000) == 0 && (word & 0x007fffff) != 0;
  }
}
