package io.loxodrome.ptx;

/**
 * What a register must hold: exactly these bits; or any NaN, where the token is {@code nan}; or a
 * number as near as {@code VALUE+-ERROR} says.
 */
record Expected(RegisterKind kind, String token) {

  /** Whether a register with these bits holds what it must. */
  boolean accepts(long bits) {
    int error = token.indexOf("+-");
    if (error > 0) {
      double middle = RegisterKind.number(token.substring(0, error));
      double bound = RegisterKind.number(token.substring(error + 2));
      return Math.abs(kind.value(bits) - middle) <= bound;
    }
    if (token.equals("nan")) {
      return Double.isNaN(kind.value(bits));
    }
    return bits == kind.bits(token);
  }
}
