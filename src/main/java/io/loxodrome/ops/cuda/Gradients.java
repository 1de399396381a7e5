package io.loxodrome.ops.cuda;

/**
 * A layer's gradients by address.
 *
 * @param output that of y; of a linear layer, behind the activation
 * @param input dx, written; 0 if nobody needs it
 * @param weights dP, written
 */
record Gradients(long output, long input, long weights) {
  /** The same with another place for dP. */
  Gradients withWeights(long other) {
    return new Gradients(output, input, other);
  }
}
