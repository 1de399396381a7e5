package io.loxodrome.ptx;

/** What kind of work an instruction is, for counting. */
public enum InstructionClass {
  /** Arithmetic and comparison in single precision. */
  FLOAT32,
  /** Arithmetic and comparison in double precision. */
  FLOAT64,
  /** Arithmetic, logic and comparison of integers. */
  INTEGER,
  /** Loads from global memory, or from addresses whose space shows only when they run. */
  LOAD_GLOBAL,
  /** Stores and atomic operations likewise. */
  STORE_GLOBAL,
  /** Accesses to shared memory. */
  SHARED,
  /** Branches and exits. */
  CONTROL,
  /** Barriers and fences. */
  BARRIER,
  /** Moves, conversions, parameters, constants, local memory, exchanges within a warp. */
  OTHER
}
