package io.loxodrome.ops;

/**
 * What decides which plan is cheapest for a layer.
 *
 * @param layer its shape
 * @param batch B
 * @param basisSize n
 * @param distinct how many rows of coefficients differ, rounded up to a power of two so that
 *     batches alike are the same work; at most B
 * @param support the most non-zero coefficients of any example
 */
public record MixWork<L>(L layer, int batch, int basisSize, int distinct, int support) {
  /** The work of a layer on a batch with these rows of coefficients. */
  public static <L> MixWork<L> of(L layer, MixtureRows rows) {
    int distinct = rows.byRow().size();
    int rounded = distinct <= 1 ? distinct : 2 * Integer.highestOneBit(distinct - 1);
    return new MixWork<>(
        layer, rows.batch(), rows.basisSize(), Math.min(rounded, rows.batch()), rows.support());
  }
}
