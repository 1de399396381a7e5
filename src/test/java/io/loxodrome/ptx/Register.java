package io.loxodrome.ptx;

/**
 * A register of a kernel.
 *
 * @param id counts all of a kernel's registers
 * @param slot its row, or its place among the predicates
 */
record Register(String name, Type type, int id, int slot) {
  boolean predicate() {
    return type == Type.PRED;
  }

  Kind kind() {
    return type.kind();
  }
}
