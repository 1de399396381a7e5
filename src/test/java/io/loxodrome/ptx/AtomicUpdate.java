package io.loxodrome.ptx;

/**
 * What an atomic instruction does at a place in memory.
 *
 * @param target where the old value goes
 * @param b its first operand
 * @param c its second, if it has one
 */
record AtomicUpdate(
    AtomicOperation operation, MemoryAccess.Slot target, MemoryAccess.Slot b, MemoryAccess.Slot c) {
  /** Gives a lane the old bits; what should be there now. */
  long apply(Warp warp, int lane, Type type, long bits) {
    long old = type.extend(bits);
    long operand = type.extend(b.kind().get(warp.row(b.row()), lane));
    long second = c.row() < 0 ? 0 : type.extend(c.kind().get(warp.row(c.row()), lane));
    long result = operation.apply(old, operand, second);
    if (target.row() >= 0) {
      target.kind().put(warp.row(target.row()), lane, old);
    }
    return result;
  }
}
