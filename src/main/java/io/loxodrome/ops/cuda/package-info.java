/**
 * The CUDA device: basis points run in parallel through one stacked product or convolution, and one
 * kernel mixes what they give.
 */
@NullMarked
package io.loxodrome.ops.cuda;

import org.jspecify.annotations.NullMarked;
