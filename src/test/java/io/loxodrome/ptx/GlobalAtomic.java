package io.loxodrome.ptx;

/** atom.global and red.global. */
final class GlobalAtomic extends GlobalAccess {
  private final AtomicOperation operation;
  private final Slot target;
  private final Slot b;
  private final Slot c;

  /** The operation, where the old value goes, and its operands. */
  GlobalAtomic(Shape shape, AtomicOperation operation, Slot target, Slot b, Slot c) {
    super(shape);
    this.operation = operation;
    this.target = target;
    this.b = b;
    this.c = c;
  }

  @Override
  void touch(Launch launch, Page page, int sector) {
    launch.counters.stores.touch(page.sectorWrites, sector, launch);
  }

  @Override
  void request(Launch launch, int sectors, int distinctBytes) {
    launch.counters.stores.request(sectors, distinctBytes);
  }

  @Override
  boolean contiguous(Warp warp, Page page, int at) {
    return false;
  }

  @Override
  boolean uniform(Warp warp, long address) {
    return false;
  }

  @Override
  void one(Warp warp, int lane, Page page, int at) {
    int who = warp.firstThread() + lane;
    change(warp, page, at >>> page.shift, bytes >>> page.shift, who, lane);
    Type type = shape.type();
    long old = type.extend(page.bits(at, bytes));
    long operand = type.extend(b.kind().get(warp.row(b.row()), lane));
    long second = c.row() < 0 ? 0 : type.extend(c.kind().get(warp.row(c.row()), lane));
    page.put(at, bytes, operation.apply(old, operand, second));
    if (target.row() >= 0) {
      target.kind().put(warp.row(target.row()), lane, old);
    }
  }
}
