package io.loxodrome.ptx;

import java.util.Map;

/**
 * What a launch did; the same on every machine.
 *
 * @param threadsByClass instructions executed by threads, per class; a guarded instruction counts
 *     for the threads whose guard held
 * @param warpsByClass instructions issued to warps, per class
 * @param loads from global memory
 * @param stores to global memory, atomic operations included
 * @param sharedRequests instructions of warps that touched shared memory
 * @param bankConflicts wavefronts of those beyond the fewest
 */
public record Counts(
    Map<InstructionClass, Long> threadsByClass,
    Map<InstructionClass, Long> warpsByClass,
    GlobalCounts loads,
    GlobalCounts stores,
    long sharedRequests,
    long bankConflicts) {

  /** Instructions executed by threads. */
  public long threadInstructions() {
    return total(threadsByClass);
  }

  /** Instructions issued to warps. */
  public long warpInstructions() {
    return total(warpsByClass);
  }

  /** The same as {@link #threadInstructions}. */
  public long totalThreadInstructions() {
    return threadInstructions();
  }

  /** Sectors that requests touched, loads and stores together. */
  public long sectors() {
    return loads.sectors() + stores.sectors();
  }

  /** Sectors that requests' distinct bytes would fit in, loads and stores together. */
  public long fewestSectors() {
    return loads.fewestSectors() + stores.fewestSectors();
  }

  /** Sectors that each block read, and that each block wrote, summed over blocks. */
  public long movedSectors() {
    return loads.movedSectors() + stores.movedSectors();
  }

  /** Sectors read plus sectors written over the whole launch. */
  public long distinctSectors() {
    return loads.distinctSectors() + stores.distinctSectors();
  }

  private static long total(Map<InstructionClass, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
