package io.loxodrome.ptx;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A basic block while its kernel is decoded. */
final class DraftBlock {
  final int index;

  /** Its statements, the one that ends it left out. */
  final List<DecodedStatement> body = new ArrayList<>();

  /** The statement that ends it; null if it just goes on. */
  EndingDecoder.@Nullable Decoded last;

  /** The blocks that the last statement's labels name. */
  int[] targets = new int[0];

  /** Where it can go; the number of blocks stands for the end. */
  int[] successors = new int[0];

  DraftBlock(int index) {
    this.index = index;
  }

  /** All its statements. */
  List<DecodedStatement> statements() {
    List<DecodedStatement> all = new ArrayList<>(body);
    if (last != null) {
      all.add(last.statement());
    }
    return all;
  }

  /** Whether it ends with a barrier of the block. */
  boolean waits() {
    return last != null && EndingDecoder.isBarrier(last.statement().statement());
  }
}
