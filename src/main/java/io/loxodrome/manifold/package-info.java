/**
 * Weight manifolds: the coefficients a(s) of a smooth family of weights W(s) = sum_k a_k(s) P_k,
 * and their Gram matrix. Pure mathematics in double; it knows nothing of tensors or devices.
 */
@NullMarked
package io.loxodrome.manifold;

import org.jspecify.annotations.NullMarked;
