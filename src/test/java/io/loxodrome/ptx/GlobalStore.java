package io.loxodrome.ptx;

/** st.global. */
final class GlobalStore extends GlobalAccess {
  private final Slot[] sources;

  GlobalStore(Shape shape, Slot[] sources) {
    super(shape);
    this.sources = sources.clone();
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
    int cells = bytes >>> page.shift;
    int first = at >>> page.shift;
    int thread = warp.firstThread();
    for (int lane = 0; lane < Warp.LANES; lane++) {
      write(warp, page, first + lane * cells, cells, thread + lane, lane);
    }
    touchRange(warp.launch, page, at, bytes * Warp.LANES);
    for (int element = 0; element < sources.length; element++) {
      take(warp, page, at + element * shape.type().bytes(), sources[element]);
    }
    return true;
  }

  private void take(Warp warp, Page page, int at, Slot source) {
    int[] words = page.words;
    int step = bytes >>> 2;
    int word = at >>> 2;
    if (shape.type().bytes() == 4 && source.kind() == Kind.FLOAT) {
      float[] row = warp.row(source.row());
      for (int lane = 0; lane < Warp.LANES; lane++) {
        words[word + lane * step] = Float.floatToRawIntBits(row[lane]);
      }
    } else if (shape.type().bytes() == 4 && source.kind() == Kind.INT) {
      int[] row = warp.row(source.row());
      for (int lane = 0; lane < Warp.LANES; lane++) {
        words[word + lane * step] = row[lane];
      }
    } else {
      Object row = warp.row(source.row());
      for (int lane = 0; lane < Warp.LANES; lane++) {
        page.put(at + lane * bytes, shape.type().bytes(), source.kind().get(row, lane));
      }
    }
  }

  /** Threads that store to the same place race: the first two of them say so. */
  @Override
  boolean uniform(Warp warp, long address) {
    return false;
  }

  @Override
  void one(Warp warp, int lane, Page page, int at) {
    int who = warp.firstThread() + lane;
    write(warp, page, at >>> page.shift, bytes >>> page.shift, who, lane);
    for (int element = 0; element < sources.length; element++) {
      Slot source = sources[element];
      page.put(
          at + element * shape.type().bytes(),
          shape.type().bytes(),
          source.kind().get(warp.row(source.row()), lane));
    }
  }
}
