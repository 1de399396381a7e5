package io.loxodrome.bench;

import io.loxodrome.tensor.Shape;
import java.util.Arrays;

/**
 * The least there is to do in an operator: the arithmetic of a plain network, and each argument
 * moved once.
 *
 * @param operations floating-point, a multiply-add being two
 * @param bytes read and written
 */
record Work(double operations, double bytes) {
  /** Work on these arguments; real numbers have four bytes. */
  static Work of(double operations, Shape... arguments) {
    return new Work(
        operations, Arrays.stream(arguments).mapToDouble(Shape::size).sum() * Float.BYTES);
  }

  /** Both. */
  Work plus(Work other) {
    return new Work(operations + other.operations, bytes + other.bytes);
  }
}
