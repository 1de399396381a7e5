package io.loxodrome.ops;

import java.util.List;

/** A recording that notes nothing down: every part is called in every round. */
public final class RepeatedCalls implements Recording {
  private final List<Runnable> parts;
  private final Rounds rounds;

  /** Parts in the order they are run in. */
  public RepeatedCalls(List<Runnable> parts) {
    this.parts = List.copyOf(parts);
    this.rounds = new Rounds(this.parts.size());
  }

  @Override
  public void run(int index) {
    rounds.run(index, round -> parts.get(index).run());
  }

  @Override
  public void close() {
    rounds.close();
  }
}
