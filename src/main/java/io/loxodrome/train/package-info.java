/**
 * Training and evaluation of networks on weight manifolds, and the files a run leaves behind:
 * weights as safetensors, metrics as JSON lines, a summary and a plot.
 */
@NullMarked
package io.loxodrome.train;

import org.jspecify.annotations.NullMarked;
