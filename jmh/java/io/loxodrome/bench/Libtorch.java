package io.loxodrome.bench;

import ai.djl.engine.Engine;

/** The peer library, libtorch through DJL, with all cores and without a network. */
final class Libtorch {
  private Libtorch() {}

  /**
   * Loads libtorch from the class path; DJL unpacks it once under ~/.djl.ai (or $DJL_CACHE_DIR).
   *
   * <p>Open Loxodrome's device before: the two bring an OpenMP library each, and ours looks for its
   * own among the libraries that are loaded.
   */
  static Engine open() {
    System.setProperty("ai.djl.offline", "true");
    // Left alone, libtorch takes one thread per physical core, which is half of them under SMT.
    String cores = Integer.toString(Runtime.getRuntime().availableProcessors());
    System.setProperty("ai.djl.pytorch.num_threads", cores);
    return Engine.getEngine("PyTorch");
  }
}
