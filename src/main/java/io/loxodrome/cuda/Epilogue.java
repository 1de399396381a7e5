package io.loxodrome.cuda;

/** What a kernel does to a number before it stores it. */
public enum Epilogue {
  NONE,
  /** max(0, x); a NaN stays one. */
  RELU;

  /** How a kernel is told. */
  int flag() {
    return this == RELU ? 1 : 0;
  }
}
