package io.loxodrome.ops.cpu;

import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.MixtureRows.Group;
import io.loxodrome.ops.cpu.Tile.Portion;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch in the order in which its examples are computed, those that share weights one after the
 * other, cut into tiles.
 */
final class Tiling {
  private final int[] order;
  private final int[] group;

  private Tiling(int batch) {
    order = new int[batch];
    group = new int[batch];
  }

  /**
   * Each example with weights of its own, those that need the same basis points one after the
   * other, so that these stay in the cache.
   */
  static Tiling single(MixtureRows rows) {
    Tiling tiling = new Tiling(rows.batch());
    int at = 0;
    for (Group members : rows.bySupport()) {
      for (int example : members.examples()) {
        tiling.order[at] = example;
        tiling.group[at] = at;
        at++;
      }
    }
    return tiling;
  }

  /** Examples with equal rows of coefficients side by side, ascending. */
  static Tiling shared(MixtureRows rows) {
    Tiling tiling = new Tiling(rows.batch());
    int at = 0;
    int index = 0;
    for (Group members : rows.byRow()) {
      for (int example : members.examples()) {
        tiling.order[at] = example;
        tiling.group[at++] = index;
      }
      index++;
    }
    return tiling;
  }

  /**
   * The places {@code from} to {@code to} in tiles.
   *
   * @param together how many examples a whole portion has; those left over are portions of one
   * @param most portions of a tile
   */
  List<Tile> tiles(int from, int to, int together, int most) {
    List<Tile> tiles = new ArrayList<>();
    int at = from;
    while (at < to) {
      List<Portion> portions = new ArrayList<>();
      List<Integer> mixtures = new ArrayList<>();
      int mixed = -1;
      while (at < to && portions.size() < most) {
        if (group[at] != mixed) {
          mixed = group[at];
          mixtures.add(order[at]);
        }
        int count = isRun(at, to, together) ? together : 1;
        portions.add(new Portion(order[at], count, mixtures.size() - 1));
        at += count;
      }
      tiles.add(new Tile(portions, mixtures));
    }
    return tiles;
  }

  private boolean isRun(int at, int to, int together) {
    int last = at + together - 1;
    // Examples of a group ascend, so the numbers at both ends tell whether they are consecutive.
    return last < to && group[last] == group[at] && order[last] - order[at] == together - 1;
  }
}
