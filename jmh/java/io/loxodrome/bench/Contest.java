package io.loxodrome.bench;

import ai.djl.engine.Engine;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Loxodrome's steps and libtorch's, which start from the same values and must take the same course
 * before they are timed by turns.
 */
final class Contest implements AutoCloseable {
  private final Device device;
  private final Engine engine;
  private final Batch batch;
  private final List<Step> steps = new ArrayList<>();
  private final Alternation alternation = new Alternation();
  private final Map<String, Timings> timings = new LinkedHashMap<>();

  /**
   * A contest without contenders.
   *
   * @param device ours run on; open it before libtorch is loaded
   */
  Contest(Device device, Engine engine, Batch batch) {
    this.device = device;
    this.engine = engine;
    this.batch = batch;
  }

  /**
   * Enters our step on a manifold with its peers.
   *
   * @param peers on the same manifold
   * @throws IllegalStateException if one does not learn, or a peer takes another course than ours
   */
  void enter(String name, WeightManifold manifold, LibtorchPeer... peers) {
    PaperCnnStep ours = own(new PaperCnnStep(device, manifold, batch));
    Map<String, Step> theirs = new LinkedHashMap<>();
    for (LibtorchPeer peer : peers) {
      theirs.put(peer.name(), own(peer.step(engine, batch, ours.parameters())));
    }
    Course course = Course.of(name, ours);
    timings.put(name, alternation.add(name, ours));
    theirs.forEach(
        (peer, step) -> {
          course.requireSame(Course.of(peer, step));
          timings.put(peer, alternation.add(peer, step));
        });
  }

  private <S extends Step> S own(S step) {
    steps.add(step);
    return step;
  }

  /**
   * Times all of them.
   *
   * @return their times by name
   */
  Map<String, Timings> run(Duration limit) throws InterruptedException {
    alternation.run(Integer.MAX_VALUE, limit);
    return timings;
  }

  @Override
  public void close() {
    steps.forEach(Step::close);
  }
}
