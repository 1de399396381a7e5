/**
 * The catalogue of everything a device can compute, in layers' terms.
 *
 * <p>One small interface per family; {@code reference} defines each operator, the other backends
 * agree with it. Conventions: B examples, n basis points; real tensors are row-major; a backward
 * operator overwrites the gradients it is given.
 */
@NullMarked
package io.loxodrome.ops;

import org.jspecify.annotations.NullMarked;
