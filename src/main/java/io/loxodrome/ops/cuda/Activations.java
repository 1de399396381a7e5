package io.loxodrome.ops.cuda;

/**
 * What goes into a layer and comes out, by address.
 *
 * @param input x
 * @param output y; written forward, read backward
 * @param trace what backward needs to know besides; 0 if there will be no backward, or the family
 *     has none
 */
record Activations(long input, long output, long trace) {}
