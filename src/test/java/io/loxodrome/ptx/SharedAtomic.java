package io.loxodrome.ptx;

/** atom.shared and red.shared. */
final class SharedAtomic extends SharedAccess {
  private final AtomicUpdate update;

  SharedAtomic(Shape shape, AtomicUpdate update) {
    super(shape);
    this.update = update;
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
    memory.put(at, bytes, update.apply(warp, lane, shape.type(), memory.bits(at, bytes)));
  }
}
