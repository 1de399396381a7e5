package io.loxodrome.ptx;

/** atom.global and red.global. */
final class GlobalAtomic extends GlobalAccess {
  private final AtomicUpdate update;

  GlobalAtomic(Shape shape, AtomicUpdate update) {
    super(shape);
    this.update = update;
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
    page.put(at, bytes, update.apply(warp, lane, shape.type(), page.bits(at, bytes)));
  }
}
