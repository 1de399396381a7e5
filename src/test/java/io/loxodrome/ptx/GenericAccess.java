package io.loxodrome.ptx;

import java.util.Map;

/** An access whose space shows in each lane's address. */
final class GenericAccess extends MemoryAccess {
  private final Map<Space, MemoryAccess> bySpace;

  GenericAccess(Shape shape, Map<Space, MemoryAccess> bySpace) {
    super(shape);
    this.bySpace = Map.copyOf(bySpace);
  }

  @Override
  void access(Warp warp, int mask) {
    long[] base = warp.row(shape.addressRow());
    int rest = mask;
    while (rest != 0) {
      Space space = space(base, Integer.numberOfTrailingZeros(rest));
      int part = 0;
      for (int m = rest; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        part |= space(base, lane) == space ? 1 << lane : 0;
      }
      rest &= ~part;
      MemoryAccess access = bySpace.get(space);
      if (access == null) {
        throw fault(
            warp,
            Integer.numberOfTrailingZeros(part),
            "%s memory cannot be accessed so".formatted(space));
      }
      access.access(warp, part);
    }
  }

  private Space space(long[] base, int lane) {
    return Space.of(base[lane] + shape.offset());
  }
}
