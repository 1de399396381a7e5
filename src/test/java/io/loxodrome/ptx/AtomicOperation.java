package io.loxodrome.ptx;

/**
 * What an atomic operation makes of memory's bits; b and c are as wide, extended as the type says.
 */
@FunctionalInterface
interface AtomicOperation {
  long apply(long old, long b, long c);
}
