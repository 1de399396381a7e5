/**
 * The CPU backend: oneDNN for products, convolutions and pooling, Java for the rest, on all cores.
 *
 * <p>Tensors live outside the heap. Each worker thread runs oneDNN single-threaded on its own slice
 * of an operator, so the same number of workers gives the same bits.
 */
@NullMarked
package io.loxodrome.ops.cpu;

import org.jspecify.annotations.NullMarked;
