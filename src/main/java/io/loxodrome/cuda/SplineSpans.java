package io.loxodrome.cuda;

/**
 * Where the examples of a batch lie on a spline, on the device: of an example's coefficients only
 * the four from its span on, modulo n, are not zero.
 *
 * @param count spans of the spline, at least 1 and at most n
 * @param spans address of j, B 32-bit integers in 0..count-1: each example's span
 * @param coefficients address of c, B x 4 numbers in single precision, 16-byte aligned: example i
 *     has the coefficients c_i0..c_i3 at the basis points j_i..j_i + 3
 * @param order address of B 32-bit integers: the examples, those of span 0 first, then those of
 *     span 1, and so on
 * @param starts address of count + 1 32-bit integers: those of span j are in places
 *     starts[j]..starts[j + 1]-1 of the order; the first is 0 and the last B
 */
public record SplineSpans(int count, long spans, long coefficients, long order, long starts) {}
