package io.loxodrome.ptx;

/** How threads that must not execute an instruction are kept from it. */
enum Masking {
  /** There are none. */
  NONE,
  /** A predicate guards each instruction. */
  GUARD,
  /** They jump over the instructions. */
  BRANCH
}
