package io.loxodrome.ptx;

/** Moves between memory and registers, or through memory. */
abstract class MemoryAccess extends Instruction {
  /** What is accessed per thread, and how it is written in the PTX. */
  record Shape(Statement statement, Type type, int elements, int addressRow, long offset) {
    /** Per thread, all elements together. */
    int bytes() {
      return type.bytes() * elements;
    }
  }

  /** A register of a thread's side of the access; row -1 takes what nobody wants. */
  record Slot(int row, Kind kind) {
    static final Slot SINK = new Slot(-1, Kind.INT);
  }

  final Shape shape;
  final int bytes;

  MemoryAccess(Shape shape) {
    this.shape = shape;
    this.bytes = shape.bytes();
  }

  @Override
  final void execute(Warp warp) {
    access(warp, warp.mask);
  }

  /** Does it for some lanes, at least one. */
  abstract void access(Warp warp, int mask);

  final PtxFault fault(Warp warp, int lane, String what) {
    return warp.fault(shape.statement(), lane, what);
  }

  /** Whether an address is a multiple of the bytes a thread accesses. */
  final boolean isAligned(long address) {
    return (address & (bytes - 1)) == 0;
  }

  /** The error of an address that is not. */
  final PtxFault misaligned(Warp warp, int lane, String where) {
    return fault(warp, lane, "misaligned access: %d bytes at %s".formatted(bytes, where));
  }
}
