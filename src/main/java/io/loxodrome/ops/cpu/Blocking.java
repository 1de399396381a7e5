package io.loxodrome.ops.cpu;

/**
 * Which of a convolution layer's images stand in oneDNN's layout rather than row-major.
 *
 * @param input x and dx
 * @param output y and dy
 */
record Blocking(boolean input, boolean output) {
  /** All row-major. */
  static final Blocking NONE = new Blocking(false, false);
}
