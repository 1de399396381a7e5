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

  /** How the addresses of a warp's lanes lie. */
  enum Spread {
    /** Of all lanes, each right behind the one before. */
    CONTIGUOUS,
    /** Of all lanes, and all the same. */
    UNIFORM,
    SCATTERED
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

  final Spread spread(long[] addresses, int mask) {
    if (mask != -1) {
      return Spread.SCATTERED;
    }
    long apart = 0;
    long different = 0;
    for (int lane = 1; lane < Warp.LANES; lane++) {
      long distance = addresses[lane] - addresses[0];
      different |= distance;
      apart |= distance - (long) lane * bytes;
    }
    if (apart == 0) {
      return Spread.CONTIGUOUS;
    }
    return different == 0 ? Spread.UNIFORM : Spread.SCATTERED;
  }

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
