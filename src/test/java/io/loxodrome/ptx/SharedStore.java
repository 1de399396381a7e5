package io.loxodrome.ptx;

/** st.shared. */
final class SharedStore extends SharedAccess {
  private final Slot[] sources;

  SharedStore(Shape shape, Slot[] sources) {
    super(shape);
    this.sources = sources.clone();
  }

  @Override
  boolean contiguous(Warp warp, SharedMemory memory, int at) {
    for (int lane = 0; lane < Warp.LANES; lane++) {
      one(warp, lane, memory, at + lane * bytes);
    }
    return true;
  }

  /** Threads that store to the same place race: the first two of them say so. */
  @Override
  boolean uniform(Warp warp, long address) {
    return false;
  }

  @Override
  void one(Warp warp, int lane, SharedMemory memory, int at) {
    int who = warp.firstThread() + lane;
    write(warp, memory, at >>> memory.shift, bytes >>> memory.shift, who, lane);
    for (int element = 0; element < sources.length; element++) {
      Slot source = sources[element];
      memory.put(
          at + element * shape.type().bytes(),
          shape.type().bytes(),
          source.kind().get(warp.row(source.row()), lane));
    }
  }
}
