package io.loxodrome.ptx;

/** A decoded step of a warp, executed by its active lanes. */
abstract class Instruction {
  abstract void execute(Warp warp);
}
