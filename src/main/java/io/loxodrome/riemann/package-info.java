/**
 * The layerwise metric of Riemannian optimisation in modular systems, on weight manifolds too: what
 * the loss's output factor comes to at every module's parameters, and steps measured in it.
 */
@NullMarked
package io.loxodrome.riemann;

import org.jspecify.annotations.NullMarked;
