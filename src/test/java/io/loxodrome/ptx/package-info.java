/**
 * The PTX that ships, executed on the CPU: warps in lock-step, every access checked and counted.
 *
 * <p>{@link io.loxodrome.ptx.PtxDriver} is the way in. A module is parsed and decoded once; a
 * launch runs its blocks one after another on the calling thread.
 */
@NullMarked
package io.loxodrome.ptx;

import org.jspecify.annotations.NullMarked;
