package io.loxodrome.ptx;

/** Accesses to shared memory: bounds, order between threads, and bank conflicts. */
abstract class SharedAccess extends MemoryAccess {
  SharedAccess(Shape shape) {
    super(shape);
  }

  @Override
  final void access(Warp warp, int mask) {
    long[] base = warp.row(shape.addressRow());
    long first = base[0] + shape.offset();
    boolean done =
        switch (spread(base, mask)) {
          case CONTIGUOUS -> contiguous(warp, first - Space.SHARED.begin());
          case UNIFORM -> uniform(warp, first);
          case SCATTERED -> false;
        };
    warp.launch.counters.shared(done ? 0 : scattered(warp, mask, base));
  }

  /** The bank conflicts of lanes that are served one by one. */
  private int scattered(Warp warp, int mask, long[] base) {
    long[] addresses = warp.addresses;
    for (int m = mask; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      addresses[lane] = base[lane] + shape.offset();
    }
    SharedMemory memory = warp.launch.shared;
    memory.fit(bytes);
    for (int m = mask; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      one(warp, lane, memory, require(warp, lane, addresses[lane]));
    }
    return memory.banks().conflicts(addresses, mask, bytes);
  }

  private boolean contiguous(Warp warp, long at) {
    SharedMemory memory = warp.launch.shared;
    if (at < 0 || at > memory.bytes() - bytes * Warp.LANES || (at & (bytes - 1)) != 0) {
      return false;
    }
    memory.fit(bytes);
    return contiguous(warp, memory, (int) at);
  }

  /** Lanes access one place behind the other. False to have them served one by one. */
  abstract boolean contiguous(Warp warp, SharedMemory memory, int at);

  /** All lanes access the same address. False to have them served one by one. */
  abstract boolean uniform(Warp warp, long address);

  /** One lane's access. */
  abstract void one(Warp warp, int lane, SharedMemory memory, int at);

  /** The offset in shared memory that a lane accesses. */
  final int require(Warp warp, int lane, long address) {
    SharedMemory memory = warp.launch.shared;
    long at = address - Space.SHARED.begin();
    if (at < 0 || at > memory.bytes() - bytes) {
      throw fault(
          warp,
          lane,
          "%d bytes of shared memory accessed out of bounds: address 0x%x, byte %d of %d"
              .formatted(bytes, address, at, memory.bytes()));
    }
    if (!isAligned(at)) {
      throw misaligned(warp, lane, describe(warp, at));
    }
    return (int) at;
  }

  private static String describe(Warp warp, long at) {
    return "shared address 0x%x, %s"
        .formatted(at + Space.SHARED.begin(), warp.launch.code.shared.describe(at));
  }

  // Order.

  /** Checks that a lane may read some cells and stamps them as read. */
  final void read(Warp warp, SharedMemory memory, int first, int count, int who, int lane) {
    Launch launch = warp.launch;
    long[] writes = memory.writes;
    long[] reads = memory.reads;
    for (int cell = first; cell < first + count; cell++) {
      long written = writes[cell];
      if (written >= launch.epoch || written < launch.blockStart) {
        checkRead(warp, memory, cell, who, lane);
      }
      long before = reads[cell];
      reads[cell] = before < launch.epoch ? launch.now | who : Stamp.next(before, who, warp);
    }
  }

  private void checkRead(Warp warp, SharedMemory memory, int cell, int who, int lane) {
    long written = memory.writes[cell];
    if (written < warp.launch.blockStart) {
      throw fault(
          warp,
          lane,
          "uninitialised shared memory read: " + describe(warp, (long) cell << memory.shift));
    }
    if (!Stamp.ordered(written, who, warp)) {
      throw fault(
          warp,
          lane,
          "race: shared memory read that %s wrote, with no barrier between: %s"
              .formatted(Stamp.describe(written), describe(warp, (long) cell << memory.shift)));
    }
  }

  /** Checks that a lane may write some cells and stamps them as written. */
  final void write(Warp warp, SharedMemory memory, int first, int count, int who, int lane) {
    Launch launch = warp.launch;
    for (int cell = first; cell < first + count; cell++) {
      if (memory.writes[cell] >= launch.epoch || memory.reads[cell] >= launch.epoch) {
        checkWrite(warp, memory, cell, who, lane, false);
      }
      memory.writes[cell] = launch.now | who;
    }
  }

  private void checkWrite(
      Warp warp, SharedMemory memory, int cell, int who, int lane, boolean atomic) {
    long epoch = warp.launch.epoch;
    long written = memory.writes[cell];
    boolean bothAtomic = atomic && (written & Stamp.ATOMIC) != 0;
    if (written >= epoch && !bothAtomic && !Stamp.ordered(written, who, warp)) {
      throw race(warp, memory, cell, lane, "wrote", written);
    }
    long read = memory.reads[cell];
    if (read >= epoch && !Stamp.ordered(read, who, warp)) {
      throw race(warp, memory, cell, lane, "read", read);
    }
  }

  /** Checks that a lane may change some cells by an atomic operation and stamps them so. */
  final void change(Warp warp, SharedMemory memory, int first, int count, int who, int lane) {
    Launch launch = warp.launch;
    for (int cell = first; cell < first + count; cell++) {
      long written = memory.writes[cell];
      if (written < launch.blockStart) {
        checkRead(warp, memory, cell, who, lane);
      }
      checkWrite(warp, memory, cell, who, lane, true);
      memory.writes[cell] = Stamp.atomic(written, who, warp, launch.blockStart);
    }
  }

  private PtxFault race(
      Warp warp, SharedMemory memory, int cell, int lane, String did, long stamp) {
    return fault(
        warp,
        lane,
        "race: shared memory written that %s %s, with no barrier between: %s"
            .formatted(Stamp.describe(stamp), did, describe(warp, (long) cell << memory.shift)));
  }
}
