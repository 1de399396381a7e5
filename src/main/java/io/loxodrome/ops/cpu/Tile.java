package io.loxodrome.ops.cpu;

import java.util.List;

/**
 * Portions of a batch that are in the cache together.
 *
 * @param portions in the order in which they are computed
 * @param mixtures an example for each of the tile's different weights
 */
record Tile(List<Portion> portions, List<Integer> mixtures) {
  /**
   * Consecutive examples that go through a layer together, with the same weights.
   *
   * @param first example
   * @param count of them
   * @param mixture which of the tile's weights
   */
  record Portion(int first, int count, int mixture) {}

  /** The first examples of all portions. */
  List<Integer> firsts() {
    return portions.stream().map(Portion::first).toList();
  }
}
