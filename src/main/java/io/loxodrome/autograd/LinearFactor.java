package io.loxodrome.autograd;

import io.loxodrome.ops.Linear;

/**
 * The factor of a linear layer, whose weights, n x O x I, are used at one position: rows are e_i
 * x_i^T and e_i.
 */
public interface LinearFactor extends ProductFactor {
  /** The layer. */
  Linear layer();
}
