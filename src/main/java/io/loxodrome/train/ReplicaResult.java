package io.loxodrome.train;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * What became of one of the networks that were trained at once.
 *
 * @param seed of its first weights
 * @param loss mean of the last epoch
 * @param levels what it was judged at: 360 angles; a grid of angles and phases of the scale; levels
 *     of noise from 0 to S and beyond; or first an s of each image's own, then some that are the
 *     same for all
 */
public record ReplicaResult(long seed, double loss, List<LevelAccuracy> levels) {
  public ReplicaResult {
    levels = List.copyOf(levels);
  }

  /** The share of right answers at all levels; empty if nothing was shown. */
  public OptionalDouble accuracy() {
    return share(level -> true);
  }

  /** The share of right answers at levels trained on; empty if none was shown. */
  public OptionalDouble seen() {
    return share(LevelAccuracy::trained);
  }

  /** The share of right answers at levels never trained on; empty if none was shown. */
  public OptionalDouble unseen() {
    return share(level -> !level.trained());
  }

  private OptionalDouble share(Predicate<LevelAccuracy> which) {
    long shown = levels.stream().filter(which).mapToLong(LevelAccuracy::shown).sum();
    long correct = levels.stream().filter(which).mapToLong(LevelAccuracy::correct).sum();
    return shown == 0 ? OptionalDouble.empty() : OptionalDouble.of(correct / (double) shown);
  }
}
