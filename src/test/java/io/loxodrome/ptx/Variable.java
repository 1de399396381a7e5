package io.loxodrome.ptx;

/** A variable in memory. */
final class Variable {
  private final String name;
  private final Space space;
  private final int alignment;
  private final int bytes;
  private final byte[] initial;

  /**
   * A variable.
   *
   * @param bytes 0 for shared memory whose size the launch says
   * @param initial its contents
   */
  Variable(String name, Space space, int alignment, int bytes, byte[] initial) {
    this.name = name;
    this.space = space;
    this.alignment = alignment;
    this.bytes = bytes;
    this.initial = initial.clone();
  }

  String name() {
    return name;
  }

  Space space() {
    return space;
  }

  int alignment() {
    return alignment;
  }

  int bytes() {
    return bytes;
  }

  byte[] initial() {
    return initial.clone();
  }
}
