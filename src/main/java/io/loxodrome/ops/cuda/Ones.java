package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Elementwise;
import io.loxodrome.cuda.Stream;

/**
 * Numbers that are all 1: the coefficients of a mixture of one, and the vector that a product adds
 * rows up with.
 */
final class Ones {
  private static final int LEAST = 1024;

  private final Constants constants;
  private final Elementwise elementwise;
  private final Stream stream;
  private long address;
  private int count;

  Ones(Constants constants, Elementwise elementwise, Stream stream) {
    this.constants = constants;
    this.elementwise = elementwise;
    this.stream = stream;
  }

  /** The address of at least so many of them; an earlier one stays good. */
  long address(int wanted) {
    if (wanted > count) {
      int more = Math.max(LEAST, Math.max(wanted, 2 * count));
      long room = constants.floats(more, "a larger batch than before came");
      elementwise.fill(room, more, 1, stream);
      address = room;
      count = more;
    }
    return address;
  }
}
