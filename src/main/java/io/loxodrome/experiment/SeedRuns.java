package io.loxodrome.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Trains networks that differ in their seeds alone, on one device. */
public interface SeedRuns extends AutoCloseable {
  /** Hears how training goes, and may end it between two steps. */
  interface Listener {
    /** So many images were trained on, counted once for each seed. */
    void trained(long images);

    /** Asked before each step: whether to take no more. */
    boolean stopRequested();
  }

  /**
   * Trains and evaluates a network for each seed.
   *
   * @param seeds at least one, each once
   * @param checkpoint the file to go on from if it is there, and to save to after every epoch
   * @return a result for each seed, in their order
   * @throws io.loxodrome.train.RunStoppedException if told to stop; the checkpoint is good
   * @throws io.loxodrome.train.DivergedException if a loss is not finite
   * @throws IOException if the checkpoint cannot be read or written
   */
  List<SeedResult> run(RunPoint point, List<Long> seeds, Path checkpoint, Listener listener)
      throws IOException;

  /** The device's name. */
  String device();

  /** Frees the device. */
  @Override
  void close();
}
