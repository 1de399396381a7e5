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
   * @param basis P
   * @param mixed W, written, row after row
   */
  void mix(List<Integer> examples, Part part, HeapRows basis, NativeBlock mixed) {
    float[] mixture = worker.scratch(ROW, HeapRows.CHUNK);
    for (int chunk = 0; chunk < basis.chunks(); chunk++) {
      int length = basis.length(chunk);
      for (int i = 0; i < examples.size(); i++) {
        mixture(examples.get(i), part, basis, chunk).writeTo(mixture, 0, length);
        mixed.put((long) i * basis.length() + HeapRows.start(chunk), mixture, 0, length);
      }
    }
  }

  private Terms mixture(int example, Part part, HeapRows basis, int chunk) {
    terms.clear();
    for (int k = 0; k < basis.count(); k++) {
      float coefficient = rows.coefficient(example, k);
      if (part.has(coefficient)) {
        terms.add(coefficient, basis.chunk(k, chunk));
      }
    }
    return terms;
  }

  /**
   * dP_k += sum_i a_ik dW_i over some examples.
   *
   * @param gradients dW, row after row
   * @param sums dP
   */
  void spread(List<Integer> examples, Part part, NativeBlock gradients, HeapRows sums) {
    for (int chunk = 0; chunk < sums.chunks(); chunk++) {
      for (int i = 0; i < examples.size(); i += EXAMPLES) {
        List<Integer> together = examples.subList(i, Math.min(i + EXAMPLES, examples.size()));
        for (int e = 0; e < together.size(); e++) {
          long first = (long) (i + e) * sums.length() + HeapRows.start(chunk);
          gradients.get(first, gradient(e), 0, sums.length(chunk));
        }
        spread(together, part, sums, chunk);
      }
    }
  }

  private float[] gradient(int place) {
    return worker.scratch(ROW + place, HeapRows.CHUNK);
  }

  private void spread(List<Integer> examples, Part part, HeapRows sums, int chunk) {
    for (int k = 0; k < sums.count(); k++) {
      terms.clear();
      for (int e = 0; e < examples.size(); e++) {
        float coefficient = rows.coefficient(examples.get(e), k);
        if (part.has(coefficient)) {
          terms.add(coefficient, gradient(e));
        }
      }
      terms.addTo(sums.chunk(k, chunk), 0, sums.length(chunk));
    }
  }
}
