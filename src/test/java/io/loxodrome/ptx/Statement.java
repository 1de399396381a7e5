package io.loxodrome.ptx;

import io.loxodrome.cuda.CudaException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An instruction as it is written.
 *
 * @param text the line's text
 * @param guard the predicate that says which threads execute it, or null
 * @param guardNegated whether those for which it does not hold do
 */
record Statement(
    String file,
    int line,
    String text,
    @Nullable String guard,
    boolean guardNegated,
    String opcode,
    List<Operand> operands,
    Scope scope) {

  /** The error of an instruction that cannot be decoded. */
  CudaException error(String why) {
    return new CudaException("%s, line %d: %s: %s".formatted(file, line, text, why));
  }
}
