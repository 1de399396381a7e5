package io.loxodrome.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Which basic blocks follow which, and where ways that part meet again. */
final class ControlFlow {
  private final int[][] successors;
  private final int exit;

  /**
   * A graph of blocks.
   *
   * @param successors of each block; its length stands for the end
   */
  ControlFlow(int[][] successors) {
    this.successors = Arrays.stream(successors).map(int[]::clone).toArray(int[][]::new);
    this.exit = successors.length;
  }

  private List<List<Integer>> predecessors() {
    List<List<Integer>> result = new ArrayList<>();
    for (int i = 0; i <= exit; i++) {
      result.add(new ArrayList<>());
    }
    for (int block = 0; block < exit; block++) {
      for (int next : successors[block]) {
        result.get(next).add(block);
      }
    }
    return result;
  }

  /** Blocks from which a way leads to one of those, themselves included. */
  BitSet reaching(BitSet blocks) {
    List<List<Integer>> predecessors = predecessors();
    BitSet result = (BitSet) blocks.clone();
    List<Integer> open = new ArrayList<>(blocks.stream().boxed().toList());
    while (!open.isEmpty()) {
      for (int before : predecessors.get(open.remove(open.size() - 1))) {
        if (!result.get(before)) {
          result.set(before);
          open.add(before);
        }
      }
    }
    return result;
  }

  /**
   * Each block's immediate post-dominator, {@link EntryCode#NEVER} where that is the end or where
   * no way leads there.
   *
   * <p>The algorithm of Cooper, Harvey and Kennedy on the reversed graph.
   */
  int[] postDominators() {
    List<List<Integer>> predecessors = predecessors();
    List<Integer> postorder = postorder(predecessors);
    int[] number = new int[exit + 1];
    Arrays.fill(number, -1);
    for (int i = 0; i < postorder.size(); i++) {
      number[postorder.get(i)] = i;
    }
    int[] dominator = new int[exit + 1];
    Arrays.fill(dominator, -1);
    dominator[exit] = exit;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = postorder.size() - 2; i >= 0; i--) {
        int block = postorder.get(i);
        int meet = -1;
        for (int next : successors[block]) {
          if (dominator[next] >= 0) {
            meet = meet < 0 ? next : common(next, meet, dominator, number);
          }
        }
        if (dominator[block] != meet) {
          dominator[block] = meet;
          changed = true;
        }
      }
    }
    int[] result = Arrays.copyOf(dominator, exit);
    for (int block = 0; block < exit; block++) {
      if (result[block] == exit || result[block] < 0) {
        result[block] = EntryCode.NEVER;
      }
    }
    return result;
  }

  private static int common(int a, int b, int[] dominator, int[] number) {
    int x = a;
    int y = b;
    while (x != y) {
      while (number[x] < number[y]) {
        x = dominator[x];
      }
      while (number[y] < number[x]) {
        y = dominator[y];
      }
    }
    return x;
  }

  /** Blocks in the order in which a depth-first walk back from the end leaves them. */
  private List<Integer> postorder(List<List<Integer>> predecessors) {
    List<Integer> order = new ArrayList<>();
    boolean[] seen = new boolean[exit + 1];
    int[] position = new int[exit + 1];
    List<Integer> stack = new ArrayList<>();
    stack.add(exit);
    seen[exit] = true;
    while (!stack.isEmpty()) {
      int block = stack.get(stack.size() - 1);
      if (position[block] < predecessors.get(block).size()) {
        int before = predecessors.get(block).get(position[block]++);
        if (!seen[before]) {
          seen[before] = true;
          stack.add(before);
        }
      } else {
        order.add(block);
        stack.remove(stack.size() - 1);
      }
    }
    return order;
  }
}
