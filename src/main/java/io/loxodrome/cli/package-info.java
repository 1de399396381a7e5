/** The commands of the program: train, evaluate, manifold and doctor. */
@NullMarked
package io.loxodrome.cli;

import org.jspecify.annotations.NullMarked;
