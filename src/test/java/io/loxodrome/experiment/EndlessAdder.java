package io.loxodrome.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A program that adds runs of seeds 1, 2, ... to a folder's store until it is killed. */
final class EndlessAdder {
  private EndlessAdder() {}

  public static void main(String[] arguments) throws IOException {
    try (RunStore store = RunStore.open(Path.of(arguments[0]))) {
      long seed = store.seeds(Points.ELLIPSE).size();
      while (true) {
        seed++;
        store.add(Points.ELLIPSE, "cpu", List.of(Points.result(seed, 0.5)));
        System.out.println(seed);
      }
    }
  }
}
