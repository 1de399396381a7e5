package io.loxodrome.train;

import io.loxodrome.manifold.Replicas;
import io.loxodrome.manifold.WeightManifold;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * All that decides what networks trained at once compute, but for how long they go on.
 *
 * @param network its name, for the checkpoint
 * @param manifold that each network's weights lie on; the point for a plain network
 * @param task images are shown by
 * @param optimizer and its settings
 * @param batch B, examples of each network in a step, at least 1
 * @param dataSeed of the order of images and of how they are shown, the same for all networks
 * @param seeds of the networks' first weights, one for each, no two the same
 */
public record ReplicaSettings(
    String network,
    WeightManifold manifold,
    ImageTask task,
    OptimizerChoice optimizer,
    int batch,
    long dataSeed,
    List<Long> seeds) {
  /** The name of the seeds in text, numbers with spaces between them. */
  static final String SEEDS = "seeds";

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if the batch is below 1, a seed is missing or there twice, or
   *     several networks are to have a layerwise metric, or their gradients to be clipped: the
   *     metric, or their common length, would couple them
   */
  public ReplicaSettings {
    seeds = List.copyOf(seeds);
    if (batch < 1) {
      throw new IllegalArgumentException("batch is " + batch + ", must be at least 1");
    }
    if (seeds.isEmpty() || new HashSet<>(seeds).size() < seeds.size()) {
      throw new IllegalArgumentException(
          "seeds are " + seeds + ", expected at least one and no two the same");
    }
    if (seeds.size() > 1 && optimizer.rule() == OptimizerChoice.Rule.RIEMANNIAN) {
      throw new IllegalArgumentException(
          "the layerwise metric is that of one network, not of %d at once; train each alone"
              .formatted(seeds.size()));
    }
    if (seeds.size() > 1 && optimizer.clip().isPresent()) {
      throw new IllegalArgumentException(
          "clipping to %s would make %d networks depend on each other's gradients; train each alone"
              .formatted(optimizer.clip().getAsDouble(), seeds.size()));
    }
  }

  /** R. */
  int count() {
    return seeds.size();
  }

  /** What all networks' weights lie on. */
  WeightManifold together() {
    return new Replicas(count(), manifold);
  }

  /** The settings as text by name. */
  Map<String, String> toText() {
    Map<String, String> text = new LinkedHashMap<>();
    text.put("network", network);
    text.put("manifold", manifold.spec());
    text.put("task", task.spec());
    text.putAll(optimizer.toText());
    text.put("batch", Integer.toString(batch));
    text.put("data_seed", Long.toString(dataSeed));
    text.put(SEEDS, seeds.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    return text;
  }
}
