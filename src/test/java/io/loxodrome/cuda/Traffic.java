package io.loxodrome.cuda;

import io.loxodrome.ptx.Counts;
import io.loxodrome.ptx.LaunchRecord;
import java.util.List;

/**
 * What launches did to get their work done.
 *
 * @param instructionsPerElement executed by threads
 * @param movedOverIdeal bytes of the 32-byte sectors that blocks moved, each counted once per block
 *     and direction, over the fewest bytes that could be moved
 * @param sectorsOverFewest sectors that requests touched over the fewest their bytes would fit in
 * @param bankConflicts extra passes over shared memory
 */
record Traffic(
    double instructionsPerElement,
    double movedOverIdeal,
    double sectorsOverFewest,
    long bankConflicts) {
  private static final int SECTOR_BYTES = 32;

  static Traffic of(List<LaunchRecord> launches, long elements, long idealBytes) {
    double instructions = 0;
    double moved = 0;
    double sectors = 0;
    double fewest = 0;
    long conflicts = 0;
    for (LaunchRecord launch : launches) {
      Counts counts = launch.counts();
      instructions += counts.totalThreadInstructions();
      moved += counts.movedSectors();
      sectors += counts.loads().sectors() + counts.stores().sectors();
      fewest += counts.loads().fewestSectors() + counts.stores().fewestSectors();
      conflicts += counts.bankConflicts();
    }
    return new Traffic(
        instructions / elements, moved * SECTOR_BYTES / idealBytes, sectors / fewest, conflicts);
  }
}
