package io.loxodrome.ops.cpu;

/**
 * Cholesky's factor of a matrix on all workers: a block on the diagonal at a time by the library,
 * then what is below and to the right of it.
 */
final class BlockedCholesky {
  private static final int BLOCK = 128;

  private BlockedCholesky() {}

  /**
   * Replaces S by its factor, lower triangles both.
   *
   * @return whether there is one
   */
  static boolean factorize(Workers workers, Matrix s) {
    for (int from = 0; from < s.rows(); from += BLOCK) {
      int count = Math.min(BLOCK, s.rows() - from);
      Matrix diagonal = s.part(from, from, count, count);
      if (!LinearAlgebra.factorize(diagonal)) {
        return false;
      }
      int end = from + count;
      int rest = s.rows() - end;
      Matrix panel = s.part(end, from, rest, count);
      workers.slices(
          rest,
          16,
          (worker, first, last) ->
              LinearAlgebra.divideByTransposed(diagonal, panel.rows(first, last - first)));
      if (rest > 0) {
        new Triangle(workers, rest).addSquare(-1, panel, s.part(end, end, rest, rest));
      }
    }
    return true;
  }
}
