package io.loxodrome.experiment;

import io.loxodrome.train.ReplicaRun;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Checkpoints from which no run of an experiment will go on again.
 *
 * <p>Seeds that are trained together have their checkpoint together, and a seed that is finished is
 * never trained again: where one of them is finished, by a command that had other seeds or trained
 * other ones together, the checkpoint is spent. All others are kept, those of other experiments in
 * the folder too, and files that are no checkpoints.
 */
final class SpentCheckpoints {
  private final Experiment experiment;
  private final RunStore store;
  private final ExperimentFolder folder;

  /** Of an experiment in a folder whose store this process has. */
  SpentCheckpoints(Experiment experiment, RunStore store, ExperimentFolder folder) {
    this.experiment = experiment;
    this.store = store;
    this.folder = folder;
  }

  /**
   * Deletes them, and what a process that was killed while it saved one has left; then the folder
   * of checkpoints if it is empty.
   *
   * @throws IOException if a file cannot be read or deleted
   */
  void delete() throws IOException {
    if (!Files.isDirectory(folder.checkpoints())) {
      return;
    }
    try (DirectoryStream<Path> temporaries =
        Files.newDirectoryStream(folder.checkpoints(), "*.tmp")) {
      for (Path temporary : temporaries) {
        Files.delete(temporary);
      }
    }
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder.checkpoints(), "*" + ExperimentFolder.CHECKPOINT)) {
      for (Path file : files) {
        if (isSpent(file)) {
          Files.delete(file);
        }
      }
    }
    folder.deleteCheckpointsIfEmpty();
  }

  private boolean isSpent(Path file) throws IOException {
    Optional<List<Long>> seeds = ReplicaRun.seedsOf(file);
    return seeds.isPresent()
        && experiment.points().stream()
            .anyMatch(
                point ->
                    folder.checkpoint(point, seeds.get()).equals(file)
                        && !Collections.disjoint(store.seeds(point), seeds.get()));
  }
}
