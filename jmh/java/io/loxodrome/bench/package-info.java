/**
 * Benchmarks: training steps against those of other libraries, and the operators behind them
 * against what the machine can do.
 */
@NullMarked
package io.loxodrome.bench;

import org.jspecify.annotations.NullMarked;
