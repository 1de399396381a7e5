package io.loxodrome.ptx;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Accesses to global memory: bounds, order between threads, and traffic. */
abstract class GlobalAccess extends MemoryAccess {
  /** Where the last access went: most likely the next one goes there too. */
  private @Nullable Region last;

  GlobalAccess(Shape shape) {
    super(shape);
  }

  @Override
  final void access(Warp warp, int mask) {
    long[] base = warp.row(shape.addressRow());
    long first = base[0] + shape.offset();
    boolean done =
        switch (spread(base, mask)) {
          case CONTIGUOUS -> contiguous(warp, first);
          case UNIFORM -> uniform(warp, first);
          case SCATTERED -> false;
        };
    if (!done) {
      scattered(warp, mask, base);
    }
  }

  private boolean contiguous(Warp warp, long first) {
    Region region = region(warp, first, (long) bytes * Warp.LANES);
    if (region == null || (first & (bytes - 1)) != 0) {
      return false;
    }
    long offset = first - region.begin;
    int at = (int) offset & (Page.BYTES - 1);
    if (at + bytes * Warp.LANES > Page.BYTES) {
      return false;
    }
    Page page = region.page(offset >>> Page.SHIFT);
    page.fit(bytes);
    return contiguous(warp, page, at);
  }

  /** All lanes access one page, one behind the other. False to have them served one by one. */
  abstract boolean contiguous(Warp warp, Page page, int at);

  /** All lanes access the same place. False to have them served one by one. */
  abstract boolean uniform(Warp warp, long address);

  private void scattered(Warp warp, int mask, long[] base) {
    long[] addresses = warp.addresses;
    int count = 0;
    boolean rising = true;
    long previous = Long.MIN_VALUE;
    for (int m = mask; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      long address = base[lane] + shape.offset();
      addresses[lane] = address;
      warp.sorted[count++] = address;
      rising &= address >= previous;
      previous = address;
    }
    for (int m = mask; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      long address = addresses[lane];
      Region region = require(warp, lane, address);
      long offset = address - region.begin;
      Page page = region.page(offset >>> Page.SHIFT);
      page.fit(bytes);
      int at = (int) offset & (Page.BYTES - 1);
      touch(warp.launch, page, at >>> 5);
      one(warp, lane, page, at);
    }
    if (!rising) {
      Arrays.sort(warp.sorted, 0, count);
    }
    count(warp, count);
  }

  private void count(Warp warp, int count) {
    int sectors = 1;
    int elements = 1;
    long[] sorted = warp.sorted;
    for (int i = 1; i < count; i++) {
      long difference = sorted[i] ^ sorted[i - 1];
      elements += difference != 0 ? 1 : 0;
      sectors += (difference >>> 5) != 0 ? 1 : 0;
    }
    request(warp.launch, sectors, elements * bytes);
  }

  /** One lane's access. */
  abstract void one(Warp warp, int lane, Page page, int at);

  abstract void touch(Launch launch, Page page, int sector);

  abstract void request(Launch launch, int sectors, int distinctBytes);

  /** Touches the sectors of a range of a page and counts them as one request. */
  final void touchRange(Launch launch, Page page, int at, int length) {
    int first = at >>> 5;
    int end = (at + length - 1) >>> 5;
    for (int sector = first; sector <= end; sector++) {
      touch(launch, page, sector);
    }
    request(launch, end - first + 1, length);
  }

  /** The allocation with all of a range, or null. */
  final @Nullable Region region(Warp warp, long address, long length) {
    Region region = last;
    GlobalMemory memory = warp.launch.memory;
    if (region == null || region.owner != memory || !region.covers(address, 1)) {
      region = memory.find(address, 1);
      if (region == null) {
        return null;
      }
      last = region;
    }
    return region.covers(address, length) ? region : null;
  }

  /** The allocation that a lane's access lies in. */
  final Region require(Warp warp, int lane, long address) {
    Region region = region(warp, address, bytes);
    if (region == null) {
      throw fault(
          warp,
          lane,
          "%d bytes of global memory accessed out of bounds: %s"
              .formatted(bytes, warp.launch.memory.describe(address)));
    }
    if (!isAligned(address)) {
      throw misaligned(warp, lane, warp.launch.memory.describe(address));
    }
    return region;
  }

  // Order. The stamps that are passed are no older than the launch.

  /** A lane may not read what was written then. */
  final void checkRead(Warp warp, Page page, int cell, int who, int lane) {
    long written = page.writes[cell];
    Launch launch = warp.launch;
    if (written < launch.start) {
      return;
    }
    if (written == Stamp.UNINITIALIZED) {
      throw fault(warp, lane, "uninitialised global memory read: " + describe(warp, page, cell));
    }
    if (written < launch.blockStart || (written & Stamp.SEVERAL_BLOCKS) != 0) {
      throw fault(
          warp,
          lane,
          "global memory read that another block wrote in the same launch: "
              + describe(warp, page, cell));
    }
    if (written >= launch.epoch && !Stamp.ordered(written, who, warp)) {
      throw fault(
          warp,
          lane,
          "race: global memory read that %s of the block wrote, with no barrier between: %s"
              .formatted(Stamp.describe(written), describe(warp, page, cell)));
    }
  }

  /** A lane may not write what others used then. */
  final void checkWrite(Warp warp, Page page, int cell, int who, int lane, boolean atomic) {
    Launch launch = warp.launch;
    long written = page.writes[cell];
    boolean bothAtomic = atomic && (written & Stamp.ATOMIC) != 0;
    if (written >= launch.start && written != Stamp.UNINITIALIZED && !bothAtomic) {
      if (written < launch.blockStart || (written & Stamp.SEVERAL_BLOCKS) != 0) {
        throw fault(
            warp,
            lane,
            "global memory written that another block wrote in the same launch: "
                + describe(warp, page, cell));
      }
      if (written >= launch.epoch && !Stamp.ordered(written, who, warp)) {
        throw fault(
            warp,
            lane,
            "race: global memory written that %s of the block wrote, with no barrier between: %s"
                .formatted(Stamp.describe(written), describe(warp, page, cell)));
      }
    }
    long read = page.reads[cell];
    if (read >= launch.start) {
      if (read < launch.blockStart || (read & Stamp.SEVERAL_BLOCKS) != 0) {
        throw fault(
            warp,
            lane,
            "global memory written that another block read in the same launch: "
                + describe(warp, page, cell));
      }
      if (read >= launch.epoch && !Stamp.ordered(read, who, warp)) {
        throw fault(
            warp,
            lane,
            "race: global memory written that %s of the block read, with no barrier between: %s"
                .formatted(Stamp.describe(read), describe(warp, page, cell)));
      }
    }
  }

  private String describe(Warp warp, Page page, int cell) {
    return warp.launch.memory.describe(page, (long) cell << page.shift);
  }

  /** Checks that a lane may read some cells and stamps them as read. */
  final void read(Warp warp, Page page, int first, int count, int who, int lane) {
    Launch launch = warp.launch;
    long[] writes = page.writes;
    long[] reads = page.reads;
    for (int cell = first; cell < first + count; cell++) {
      if (writes[cell] >= launch.start) {
        checkRead(warp, page, cell, who, lane);
      }
      long before = reads[cell];
      reads[cell] = before < launch.start ? launch.now | who : Stamp.next(before, who, warp);
    }
  }

  /** Checks that a lane may write some cells and stamps them as written. */
  final void write(Warp warp, Page page, int first, int count, int who, int lane) {
    Launch launch = warp.launch;
    long[] writes = page.writes;
    long[] reads = page.reads;
    for (int cell = first; cell < first + count; cell++) {
      if (writes[cell] >= launch.start || reads[cell] >= launch.start) {
        checkWrite(warp, page, cell, who, lane, false);
      }
      writes[cell] = launch.now | who;
    }
  }

  /** Checks that a lane may change some cells by an atomic operation and stamps them so. */
  final void change(Warp warp, Page page, int first, int count, int who, int lane) {
    Launch launch = warp.launch;
    for (int cell = first; cell < first + count; cell++) {
      long written = page.writes[cell];
      if (written == Stamp.UNINITIALIZED) {
        checkRead(warp, page, cell, who, lane);
      }
      checkWrite(warp, page, cell, who, lane, true);
      page.writes[cell] = Stamp.atomic(written, who, warp, launch.start);
    }
  }
}
