package io.loxodrome.ptx;

/** ld.local and st.local: each lane has its own. */
final class LocalAccess extends MemoryAccess {
  private final Slot[] slots;
  private final boolean stores;

  /** Whether it stores the slots or loads them. */
  LocalAccess(Shape shape, Slot[] slots, boolean stores) {
    super(shape);
    this.slots = slots.clone();
    this.stores = stores;
  }

  @Override
  void access(Warp warp, int mask) {
    long[] base = warp.row(shape.addressRow());
    int size = shape.type().bytes();
    for (int m = mask; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      int at = require(warp, lane, base[lane] + shape.offset());
      for (int element = 0; element < slots.length; element++) {
        int place = at + element * size;
        if (stores) {
          store(warp, lane, slots[element], place, size);
        } else {
          load(warp, lane, slots[element], place, size);
        }
      }
    }
  }

  private void store(Warp warp, int lane, Slot source, int at, int size) {
    warp.local.put(lane, at, size, source.kind().get(warp.row(source.row()), lane));
  }

  private void load(Warp warp, int lane, Slot target, int at, int size) {
    if (!warp.local.isWritten(lane, at, size)) {
      throw fault(
          warp, lane, "uninitialised local memory read: byte %d of the thread's".formatted(at));
    }
    if (target.row() >= 0) {
      long value = shape.type().extend(warp.local.bits(lane, at, size));
      target.kind().put(warp.row(target.row()), lane, value);
    }
  }

  private int require(Warp warp, int lane, long address) {
    long at = address - Space.LOCAL.begin();
    if (at < 0 || at > warp.local.bytes() - bytes) {
      throw fault(
          warp,
          lane,
          "%d bytes of local memory accessed out of bounds: address 0x%x, byte %d of %d"
              .formatted(bytes, address, at, warp.local.bytes()));
    }
    if (!isAligned(at)) {
      throw misaligned(warp, lane, "local address 0x%x".formatted(address));
    }
    return (int) at;
  }
}
