/**
 * CUDA from below: the driver as a seam, the PTX that ships, and a typed launcher per kernel
 * family.
 *
 * <p>Launchers take raw device addresses and a stream and know no tensor, so that a program which
 * owns its memory can use them with nothing else of this library. They check every argument and
 * shape before anything is launched; what lies behind an address they cannot see.
 */
@NullMarked
package io.loxodrome.cuda;

import org.jspecify.annotations.NullMarked;
