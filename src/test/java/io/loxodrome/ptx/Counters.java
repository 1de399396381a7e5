package io.loxodrome.ptx;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** What a launch counts as it runs. */
final class Counters {
  /** One direction of traffic to global memory. */
  static final class Traffic {
    private long requests;
    private long sectors;
    private long fewest;
    private long moved;
    private long distinct;

    /**
     * Counts a request.
     *
     * @param bytes distinct ones
     */
    void request(int sectorsTouched, int bytes) {
      requests++;
      sectors += sectorsTouched;
      fewest += (bytes + 31) >>> 5;
    }

    /** Notes that a block touched a sector. */
    void touch(long[] stamps, int sector, Launch launch) {
      long last = stamps[sector];
      if (last != launch.blockStart) {
        moved++;
        if (last < launch.start) {
          distinct++;
        }
        stamps[sector] = launch.blockStart;
      }
    }

    private GlobalCounts counts() {
      return new GlobalCounts(requests, sectors, fewest, moved, distinct);
    }
  }

  final Traffic loads = new Traffic();
  final Traffic stores = new Traffic();
  private long sharedRequests;
  private long conflicts;
  private final Map<InstructionClass, Long> guardedThreads = new EnumMap<>(InstructionClass.class);
  private final Map<InstructionClass, Long> guardedWarps = new EnumMap<>(InstructionClass.class);

  void shared(int conflictsOfRequest) {
    sharedRequests++;
    conflicts += conflictsOfRequest;
  }

  /** Counts a guarded instruction. */
  void guarded(InstructionClass of, int lanes) {
    guardedThreads.merge(of, (long) Integer.bitCount(lanes), Long::sum);
    guardedWarps.merge(of, 1L, Long::sum);
  }

  /**
   * The result.
   *
   * @param visits how often each basic block ran
   * @param lanes how many threads ran it, summed over those
   */
  Counts counts(BasicBlock[] blocks, long[] visits, long[] lanes) {
    Map<InstructionClass, Long> threads = new EnumMap<>(InstructionClass.class);
    Map<InstructionClass, Long> warps = new EnumMap<>(InstructionClass.class);
    for (InstructionClass of : InstructionClass.values()) {
      long threadSum = guardedThreads.getOrDefault(of, 0L);
      long warpSum = guardedWarps.getOrDefault(of, 0L);
      for (int i = 0; i < blocks.length; i++) {
        int count = blocks[i].classCounts.getOrDefault(of, 0);
        threadSum += count * lanes[i];
        warpSum += count * visits[i];
      }
      threads.put(of, threadSum);
      warps.put(of, warpSum);
    }
    return new Counts(
        Collections.unmodifiableMap(threads),
        Collections.unmodifiableMap(warps),
        loads.counts(),
        stores.counts(),
        sharedRequests,
        conflicts);
  }
}
