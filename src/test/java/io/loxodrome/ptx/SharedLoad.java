package io.loxodrome.ptx;

/** ld.shared. */
final class SharedLoad extends SharedAccess {
  private final Slot[] targets;

  SharedLoad(Shape shape, Slot[] targets) {
    super(shape);
    this.targets = targets.clone();
  }

  @Override
  boolean contiguous(Warp warp, SharedMemory memory, int at) {
    int cells = bytes >>> memory.shift;
    int first = at >>> memory.shift;
    int thread = warp.firstThread();
    for (int lane = 0; lane < Warp.LANES; lane++) {
      read(warp, memory, first + lane * cells, cells, thread + lane, lane);
    }
    for (int element = 0; element < targets.length; element++) {
      deliver(warp, memory, at + element * shape.type().bytes(), targets[element]);
    }
    return true;
  }

  private void deliver(Warp warp, SharedMemory memory, int at, Slot target) {
    if (target.row() < 0) {
      return;
    }
    if (shape.type().bytes() == 4 && target.kind() == Kind.FLOAT) {
      float[] row = warp.row(target.row());
      int[] words = memory.words;
      int step = bytes >>> 2;
      int word = at >>> 2;
      for (int lane = 0; lane < Warp.LANES; lane++) {
        row[lane] = Float.intBitsToFloat(words[word + lane * step]);
      }
    } else {
      Object row = warp.row(target.row());
      for (int lane = 0; lane < Warp.LANES; lane++) {
        target.kind().put(row, lane, value(memory, at + lane * bytes));
      }
    }
  }

  private long value(SharedMemory memory, int at) {
    return shape.type().extend(memory.bits(at, shape.type().bytes()));
  }

  @Override
  boolean uniform(Warp warp, long address) {
    SharedMemory memory = warp.launch.shared;
    int at = require(warp, 0, address);
    memory.fit(bytes);
    read(warp, memory, at >>> memory.shift, bytes >>> memory.shift, Stamp.lanes(warp, -1), 0);
    for (int element = 0; element < targets.length; element++) {
      Slot target = targets[element];
      if (target.row() >= 0) {
        long value = value(memory, at + element * shape.type().bytes());
        target.kind().fill(warp.row(target.row()), value);
      }
    }
    return true;
  }

  @Override
  void one(Warp warp, int lane, SharedMemory memory, int at) {
    int who = warp.firstThread() + lane;
    read(warp, memory, at >>> memory.shift, bytes >>> memory.shift, who, lane);
    for (int element = 0; element < targets.length; element++) {
      Slot target = targets[element];
      if (target.row() >= 0) {
        long value = value(memory, at + element * shape.type().bytes());
        target.kind().put(warp.row(target.row()), lane, value);
      }
    }
  }
}
