package io.loxodrome.ops.cpu;

import io.loxodrome.ops.MixtureRows;
import java.util.List;

/**
 * Mixes basis points for a tile of examples, and spreads the examples' gradients back, on one
 * worker.
 *
 * <p>Some columns at a time, in the heap: basis points, or sums, of a chunk stay in the first-level
 * cache while the examples of the tile pass.
 */
final class TileMixing {
  private static final int CHUNK = 1024;
  private static final int EXAMPLES = 4;
  private static final int ROW = 0;

  private final Worker worker;
  private final MixtureRows rows;
  private final Terms terms;

  TileMixing(Worker worker, MixtureRows rows) {
    this.worker = worker;
    this.rows = rows;
    this.terms = new Terms(Math.max(EXAMPLES, rows.basisSize()));
  }

  /** Which coefficients take part in a sum. */
  enum Part {
    /** Those that are not 0: enough where what is added is finite. */
    NON_ZERO {
      @Override
      boolean has(float coefficient) {
        return coefficient != 0;
      }
    },
    /** All, for 0 times infinity or NaN is NaN. */
    ALL {
      @Override
      boolean has(float coefficient) {
        return true;
      }
    };

    abstract boolean has(float coefficient);
  }

  /**
   * W_i = sum_k a_ik P_k for some examples.
   *
   * @param basis P, n arrays
   * @param elements of each
   * @param mixed W, written, row after row
   */
  void mix(List<Integer> examples, Part part, float[][] basis, int elements, NativeBlock mixed) {
    float[] row = worker.scratch(ROW, elements);
    for (int from = 0; from < elements; from += CHUNK) {
      int to = Math.min(elements, from + CHUNK);
      for (int i = 0; i < examples.size(); i++) {
        mixture(examples.get(i), part, basis).writeTo(row, from, to);
        mixed.put((long) i * elements + from, row, from, to - from);
      }
    }
  }

  private Terms mixture(int example, Part part, float[][] basis) {
    terms.clear();
    for (int k = 0; k < basis.length; k++) {
      float coefficient = rows.coefficient(example, k);
      if (part.has(coefficient)) {
        terms.add(coefficient, basis[k]);
      }
    }
    return terms;
  }

  /**
   * dP_k += sum_i a_ik dW_i over some examples.
   *
   * @param gradients dW, row after row
   * @param elements of each
   * @param sums dP, n arrays
   */
  void spread(
      List<Integer> examples, Part part, NativeBlock gradients, int elements, float[][] sums) {
    for (int from = 0; from < elements; from += CHUNK) {
      int to = Math.min(elements, from + CHUNK);
      for (int i = 0; i < examples.size(); i += EXAMPLES) {
        List<Integer> together = examples.subList(i, Math.min(i + EXAMPLES, examples.size()));
        for (int e = 0; e < together.size(); e++) {
          float[] gradient = worker.scratch(ROW + e, elements);
          gradients.get((long) (i + e) * elements + from, gradient, from, to - from);
        }
        spread(together, part, elements, sums, from, to);
      }
    }
  }

  private void spread(
      List<Integer> examples, Part part, int elements, float[][] sums, int from, int to) {
    for (int k = 0; k < sums.length; k++) {
      terms.clear();
      for (int e = 0; e < examples.size(); e++) {
        float coefficient = rows.coefficient(examples.get(e), k);
        if (part.has(coefficient)) {
          terms.add(coefficient, worker.scratch(ROW + e, elements));
        }
      }
      terms.addTo(sums[k], from, to);
    }
  }
}
