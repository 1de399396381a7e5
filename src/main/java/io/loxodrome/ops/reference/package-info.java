/**
 * The backend that defines every operator: plain Java, one loop nest per formula.
 *
 * <p>All arithmetic is in double and is rounded once, when a result is stored. The other backends
 * are judged by this one, so it is written to be read beside the operators' javadoc, not to be
 * fast.
 */
@NullMarked
package io.loxodrome.ops.reference;

import org.jspecify.annotations.NullMarked;
