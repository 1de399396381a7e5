/**
 * Reverse-mode differentiation over the operators: variables, and the tape that remembers how to go
 * back from one to those it was computed from.
 */
@NullMarked
package io.loxodrome.autograd;

import org.jspecify.annotations.NullMarked;
