package io.loxodrome.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Seeds to be trained together at a point.
 *
 * @param seeds at least one
 * @param checkpoint to go on from or save to
 */
record Work(RunPoint point, List<Long> seeds, Path checkpoint) {
  Work {
    seeds = List.copyOf(seeds);
  }

  /**
   * What an experiment still lacks.
   *
   * @param seeds to be run at each point
   * @param together how many seeds are trained together at most, at least 1
   */
  static List<Work> pending(
      Experiment experiment,
      List<Long> seeds,
      int together,
      RunStore store,
      ExperimentFolder folder) {
    List<Work> pending = new ArrayList<>();
    for (RunPoint point : experiment.points()) {
      List<Long> finished = store.seeds(point);
      List<Long> missing = seeds.stream().filter(seed -> !finished.contains(seed)).toList();
      for (int first = 0; first < missing.size(); first += together) {
        List<Long> part = missing.subList(first, Math.min(missing.size(), first + together));
        pending.add(new Work(point, part, folder.checkpoint(point, part)));
      }
    }
    return pending;
  }

  /** For people: what it is, without what all points of an experiment share. */
  String title() {
    return "%s, %s, %s, %d %s"
        .formatted(
            method().spec(),
            point.task().spec(),
            point.settings().get("optimizer"),
            seeds.size(),
            seeds.size() == 1 ? "seed" : "seeds");
  }

  private PenalizedMethod method() {
    double l2 = point.optimizer().l2();
    return new PenalizedMethod(
        point.method(), l2 > 0 ? OptionalDouble.of(l2) : OptionalDouble.empty());
  }
}
