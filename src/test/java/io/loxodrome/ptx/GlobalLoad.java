package io.loxodrome.ptx;

/** ld.global. */
final class GlobalLoad extends GlobalAccess {
  private final Slot[] targets;

  GlobalLoad(Shape shape, Slot[] targets) {
    super(shape);
    this.targets = targets.clone();
  }

  @Override
  void touch(Launch launch, Page page, int sector) {
    launch.counters.loads.touch(page.sectorReads, sector, launch);
  }

  @Override
  void request(Launch launch, int sectors, int distinctBytes) {
    launch.counters.loads.request(sectors, distinctBytes);
  }

  @Override
  boolean contiguous(Warp warp, Page page, int at) {
    int cells = bytes >>> page.shift;
    int first = at >>> page.shift;
    int thread = warp.firstThread();
    if (cells == 1) {
      Launch launch = warp.launch;
      long[] writes = page.writes;
      long[] reads = page.reads;
      long start = launch.start;
      long stamp = launch.now + thread;
      for (int lane = 0; lane < Warp.LANES; lane++) {
        if (writes[first + lane] >= start) {
          checkRead(warp, page, first + lane, thread + lane, lane);
        }
        long before = reads[first + lane];
        reads[first + lane] =
            before < start ? stamp + lane : Stamp.next(before, thread + lane, warp);
      }
    } else {
      for (int lane = 0; lane < Warp.LANES; lane++) {
        read(warp, page, first + lane * cells, cells, thread + lane, lane);
      }
    }
    touchRange(warp.launch, page, at, bytes * Warp.LANES);
    for (int element = 0; element < targets.length; element++) {
      deliver(warp, page, at + element * shape.type().bytes(), targets[element]);
    }
    return true;
  }

  private void deliver(Warp warp, Page page, int at, Slot target) {
    if (target.row() < 0) {
      return;
    }
    int[] words = page.words;
    int step = bytes >>> 2;
    int word = at >>> 2;
    if (shape.type().bytes() == 4 && target.kind() == Kind.FLOAT) {
      float[] row = warp.row(target.row());
      for (int lane = 0; lane < Warp.LANES; lane++) {
        row[lane] = Float.intBitsToFloat(words[word + lane * step]);
      }
    } else if (shape.type().bytes() == 4 && target.kind() == Kind.INT) {
      int[] row = warp.row(target.row());
      for (int lane = 0; lane < Warp.LANES; lane++) {
        row[lane] = words[word + lane * step];
      }
    } else {
      Object row = warp.row(target.row());
      for (int lane = 0; lane < Warp.LANES; lane++) {
        target.kind().put(row, lane, value(page, at + lane * bytes));
      }
    }
  }

  private long value(Page page, int at) {
    return shape.type().extend(page.bits(at, shape.type().bytes()));
  }

  @Override
  boolean uniform(Warp warp, long address) {
    Region region = require(warp, 0, address);
    long offset = address - region.begin;
    Page page = region.page(offset >>> Page.SHIFT);
    page.fit(bytes);
    int at = (int) offset & (Page.BYTES - 1);
    read(warp, page, at >>> page.shift, bytes >>> page.shift, Stamp.lanes(warp, -1), 0);
    touchRange(warp.launch, page, at, bytes);
    for (int element = 0; element < targets.length; element++) {
      Slot target = targets[element];
      if (target.row() >= 0) {
        long value = value(page, at + element * shape.type().bytes());
        target.kind().fill(warp.row(target.row()), value);
      }
    }
    return true;
  }

  @Override
  void one(Warp warp, int lane, Page page, int at) {
    int who = warp.firstThread() + lane;
    read(warp, page, at >>> page.shift, bytes >>> page.shift, who, lane);
    for (int element = 0; element < targets.length; element++) {
      Slot target = targets[element];
      if (target.row() >= 0) {
        long value = value(page, at + element * shape.type().bytes());
        target.kind().put(warp.row(target.row()), lane, value);
      }
    }
  }
}
