/**
 * Networks whose weights lie on a manifold: parameters and their initialisation, layers, and the
 * loss.
 */
@NullMarked
package io.loxodrome.nn;

import org.jspecify.annotations.NullMarked;
