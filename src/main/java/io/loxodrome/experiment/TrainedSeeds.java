package io.loxodrome.experiment;

import io.loxodrome.data.Dataset;
import io.loxodrome.nn.ConditioningMethod;
import io.loxodrome.ops.Device;
import io.loxodrome.train.LevelAccuracy;
import io.loxodrome.train.ReplicaResult;
import io.loxodrome.train.ReplicaRun;
import io.loxodrome.train.ReplicaSettings;
import io.loxodrome.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trains the networks of all seeds at once. */
public final class TrainedSeeds implements SeedRuns {
  private final Device device;
  private final Dataset data;

  /**
   * Runs on a device, which they own from here on.
   *
   * @param data of all points, limited as they are
   */
  public TrainedSeeds(Device device, Dataset data) {
    this.device = device;
    this.data = data;
  }

  @Override
  public String device() {
    return device.name();
  }

  @Override
  public List<SeedResult> run(RunPoint point, List<Long> seeds, Path checkpoint, Listener listener)
      throws IOException {
    ConditioningMethod method = point.method().taking(point.task().dimensions());
    ReplicaSettings settings =
        new ReplicaSettings(
            point.network().spec() + " " + method.spec(),
            method.manifold(),
            point.task(),
            point.optimizer(),
            point.batch(),
            point.dataSeed(),
            seeds);
    ReplicaRun.NetworkFactory factory =
        (on, weights, image, classes, initial) ->
            point.network().network(method, on, weights, image, classes, initial);
    ReplicaRun run = new ReplicaRun(device, data, settings, factory, checkpoint);
    ReplicaRun.Outcome outcome = run.run(point.epochs(), new Told(listener, seeds.size()));
    List<SeedResult> results = new ArrayList<>();
    for (ReplicaResult network : outcome.networks()) {
      results.add(result(network, outcome, seeds.size()));
    }
    return results;
  }

  private static SeedResult result(
      ReplicaResult network, ReplicaRun.Outcome outcome, int together) {
    Map<String, Double> measures = new LinkedHashMap<>();
    measures.put("loss", network.loss());
    List<LevelAccuracy> levels = network.levels();
    network.accuracy().ifPresent(value -> measures.put("accuracy", value));
    network.seen().ifPresent(value -> measures.put("accuracy_seen", value));
    network.unseen().ifPresent(value -> measures.put("accuracy_unseen", value));
    Map<String, List<Double>> curves = new LinkedHashMap<>();
    for (int axis = 0; axis < levels.get(0).place().size(); axis++) {
      curves.put(axis == 0 ? "levels" : "levels_" + (axis + 1), along(levels, axis));
    }
    curves.put("accuracy_by_level", levels.stream().map(LevelAccuracy::accuracy).toList());
    return new SeedResult(
        network.seed(), measures, curves, outcome.seconds() / together, outcome.imagesPerSecond());
  }

  private static List<Double> along(List<LevelAccuracy> levels, int axis) {
    return levels.stream().map(level -> level.place().get(axis)).toList();
  }

  /** Frees the device. */
  @Override
  public void close() {
    device.close();
  }

  /** Tells of the images of all networks. */
  private record Told(Listener listener, int networks) implements TrainingListener {
    @Override
    public void afterStep(int images, double loss) {
      listener.trained((long) images * networks);
    }

    @Override
    public void afterEpoch(int epoch, double loss) {}

    @Override
    public boolean stopRequested() {
      return listener.stopRequested();
    }
  }
}
