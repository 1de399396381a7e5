/**
 * The layerwise metric that a network's loss pulls back to the parameters of each of its modules,
 * steps of steepest descent in it, modules of users' own, and estimates of how training contracts
 * and how stable it is.
 */
@NullMarked
package io.loxodrome.riemann;

import org.jspecify.annotations.NullMarked;
