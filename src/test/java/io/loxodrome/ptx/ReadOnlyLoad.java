package io.loxodrome.ptx;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** ld.const and ld.param. */
final class ReadOnlyLoad extends MemoryAccess {
  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);

  private final Slot[] targets;
  private final Space space;

  ReadOnlyLoad(Shape shape, Slot[] targets, Space space) {
    super(shape);
    this.targets = targets.clone();
    this.space = space;
  }

  private static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  void access(Warp warp, int mask) {
    byte[] contents = space == Space.PARAM ? warp.launch.parameters : warp.launch.code.constants;
    long[] base = warp.row(shape.addressRow());
    if (warp.full && mask == warp.mask && isUniform(base, mask)) {
      int lane = Integer.numberOfTrailingZeros(mask);
      int at = require(warp, lane, base[lane] + shape.offset(), contents.length);
      for (int element = 0; element < targets.length; element++) {
        Slot target = targets[element];
        if (target.row() >= 0) {
          target.kind().fill(warp.row(target.row()), value(contents, at, element));
        }
      }
      return;
    }
    for (int m = mask; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      int at = require(warp, lane, base[lane] + shape.offset(), contents.length);
      for (int element = 0; element < targets.length; element++) {
        Slot target = targets[element];
        if (target.row() >= 0) {
          target.kind().put(warp.row(target.row()), lane, value(contents, at, element));
        }
      }
    }
  }

  private static boolean isUniform(long[] base, int mask) {
    long first = base[Integer.numberOfTrailingZeros(mask)];
    for (int m = mask; m != 0; m &= m - 1) {
      if (base[Integer.numberOfTrailingZeros(m)] != first) {
        return false;
      }
    }
    return true;
  }

  private long value(byte[] contents, int at, int element) {
    int from = at + element * shape.type().bytes();
    long bits =
        switch (shape.type().bytes()) {
          case 1 -> contents[from];
          case 2 -> (short) SHORT.get(contents, from);
          case 4 -> (int) INT.get(contents, from);
          default -> (long) LONG.get(contents, from);
        };
    return shape.type().extend(bits);
  }

  private int require(Warp warp, int lane, long address, int capacity) {
    long at = address - space.begin();
    if (at < 0 || at > capacity - bytes) {
      throw fault(
          warp,
          lane,
          "%d bytes of %s memory accessed out of bounds: address 0x%x, byte %d of %d"
              .formatted(
                  bytes, space == Space.PARAM ? "parameter" : "constant", address, at, capacity));
    }
    if (!isAligned(at)) {
      throw misaligned(warp, lane, "address 0x%x".formatted(address));
    }
    return (int) at;
  }
}
