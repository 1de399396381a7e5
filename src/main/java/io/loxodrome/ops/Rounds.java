package io.loxodrome.ops;

import java.util.function.LongConsumer;

/** Holds the callers of a {@link Recording} to its order. */
public final class Rounds {
  private static final int NONE = -1;

  private final int parts;
  private long round;
  private int due;

  /** Before the first part of the first round. */
  public Rounds(int parts) {
    if (parts < 1) {
      throw new IllegalArgumentException("a recording of no parts");
    }
    this.parts = parts;
  }

  /**
   * Runs a part if it is the one that is due; one that fails is the last.
   *
   * @param work is given the number of rounds that are over
   * @throws IllegalStateException if another part is due, or none any more
   */
  public void run(int part, LongConsumer work) {
    if (due == NONE) {
      throw new IllegalStateException("a recording was used after a part of it failed or close");
    }
    if (part != due) {
      throw new IllegalStateException("part %d was run, %d is due".formatted(part, due));
    }
    due = NONE;
    work.accept(round);
    due = (part + 1) % parts;
    round += due == 0 ? 1 : 0;
  }

  /** Lets no part run any more. */
  public void close() {
    due = NONE;
  }
}
