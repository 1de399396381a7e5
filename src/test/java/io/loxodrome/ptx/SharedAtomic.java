package io.loxodrome.ptx;

/** atom.shared and red.shared. */
final class SharedAtomic extends SharedAccess {
  private final AtomicOperation operation;
  private final Slot target;
  private final Slot b;
  private final Slot c;

  /** The operation, where the old value goes, and its operands. */
  SharedAtomic(Shape shape, AtomicOperation operation, Slot target, Slot b, Slot c) {
    super(shape);
    this.operation = operation;
    this.target = target;
    this.b = b;
    this.c = c;
  }

  @Override
  boolean contiguous(Warp warp, SharedMemory memory, int at) {
    return false;
  }

  @Override
  boolean uniform(Warp warp, long address) {
    return false;
  }

  @Override
  void one(Warp warp, int lane, SharedMemory memory, int at) {
    int who = warp.firstThread() + lane;
    change(warp, memory, at >>> memory.shift, bytes >>> memory.shift, who, lane);
    Type type = shape.type();
    long old = type.extend(memory.bits(at, bytes));
    long operand = type.extend(b.kind().get(warp.row(b.row()), lane));
    long second = c.row() < 0 ? 0 : type.extend(c.kind().get(warp.row(c.row()), lane));
    memory.put(at, bytes, operation.apply(old, operand, second));
    if (target.row() >= 0) {
      target.kind().put(warp.row(target.row()), lane, old);
    }
  }
}
