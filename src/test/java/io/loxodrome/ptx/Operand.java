package io.loxodrome.ptx;

import java.util.List;

/** An operand as it is written. */
sealed interface Operand {
  /** A register, special register, variable or label; an offset only where a variable may be. */
  record Name(String text, long offset) implements Operand {}

  /** An integer constant. */
  record IntegerLiteral(long value) implements Operand {}

  /**
   * A floating constant.
   *
   * @param single whether it was written as the bits of a single-precision number
   */
  record FloatLiteral(double value, boolean single) implements Operand {}

  /** An address: a register, variable or constant, and an offset in bytes. */
  record Address(Operand base, long offset) implements Operand {}

  /** Several operands that are moved together. */
  record Vector(List<Operand> elements) implements Operand {}

  /** Two predicate results. */
  record Pair(String first, String second) implements Operand {}

  /** A predicate whose opposite is meant. */
  record Negated(String predicate) implements Operand {}
}
