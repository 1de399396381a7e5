package io.loxodrome.bench;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

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
    Engine engine = Engine.getEngine("PyTorch");
    // Outside a GradientCollector nothing is recorded, or weights could not be updated in place.
    // libtorch keeps that for each thread; DJL sees to the one alone that loads it.
    JniUtils.setGradMode(false);
    return engine;
  }
}
