package io.loxodrome.ptx;

/** A kernel's parameter and where it lies. */
record Parameter(String name, int offset, int bytes) {}
