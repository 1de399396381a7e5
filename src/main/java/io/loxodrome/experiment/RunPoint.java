package io.loxodrome.experiment;

import io.loxodrome.data.Dataset;
import io.loxodrome.nn.ConditioningMethod;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.train.ImageTask;
import io.loxodrome.train.OptimizerChoice;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * One point of an experiment: all that decides what a run computes but its seed.
 *
 * @param dataset its name
 * @param limit how many images of each set are used, at least 1; empty: all
 * @param task what is done to the images
 * @param network that is trained
 * @param method by which it depends on s
 * @param optimizer and its settings
 * @param batch B, at least 1
 * @param epochs at least 1
 * @param dataSeed of the order of the images, their angles and their noise, which are the same for
 *     all seeds
 */
public record RunPoint(
    String dataset,
    OptionalInt limit,
    ImageTask task,
    NetworkChoice network,
    ConditioningMethod method,
    OptimizerChoice optimizer,
    int batch,
    int epochs,
    long dataSeed) {
  private static final String NONE = "none";

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if the limit, the batch or the epochs are below 1, or the
   *     network does not have the method
   */
  public RunPoint {
    limit.ifPresent(value -> requirePositive("limit", value));
    requirePositive("batch", batch);
    requirePositive("epochs", epochs);
    network.requireFits(method);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
    }
  }

  /** The same with another task. */
  public RunPoint with(ImageTask other) {
    return new RunPoint(dataset, limit, other, network, method, optimizer, batch, epochs, dataSeed);
  }

  /** The same with another method. */
  public RunPoint with(ConditioningMethod other) {
    return new RunPoint(dataset, limit, task, network, other, optimizer, batch, epochs, dataSeed);
  }

  /** The same with another optimiser. */
  public RunPoint with(OptimizerChoice other) {
    return new RunPoint(dataset, limit, task, network, method, other, batch, epochs, dataSeed);
  }

  /** The same with another network. */
  public RunPoint with(NetworkChoice other) {
    return new RunPoint(dataset, limit, task, other, method, optimizer, batch, epochs, dataSeed);
  }

  /**
   * The settings as text by name, always in the same order; what is of no account to the optimiser
   * is left out.
   */
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("dataset", dataset);
    settings.put("limit", limit.isPresent() ? Integer.toString(limit.getAsInt()) : NONE);
    settings.put("task", task.spec());
    settings.put("network", network.spec());
    settings.put("method", method.spec());
    settings.put("optimizer", optimizer.rule().name().toLowerCase(Locale.ROOT));
    if (isAdam()) {
      settings.put("form", form());
    } else {
      settings.put("momentum", Double.toString(optimizer.momentum()));
    }
    if (optimizer.rule() == OptimizerChoice.Rule.RIEMANNIAN) {
      settings.putAll(optimizer.layerwise().toText());
    }
    settings.put("learning_rate", Double.toString(optimizer.learningRate()));
    settings.put("weight_decay", Double.toString(optimizer.weightDecay()));
    settings.put(
        "clip",
        optimizer.clip().isPresent() ? Double.toString(optimizer.clip().getAsDouble()) : NONE);
    if (optimizer.l2() > 0) {
      settings.put("l2", Double.toString(optimizer.l2()));
    }
    settings.put("batch", Integer.toString(batch));
    settings.put("epochs", Integer.toString(epochs));
    settings.put("data_seed", Long.toString(dataSeed));
    return settings;
  }

  /** The part of a data set that these settings use. */
  public Dataset limited(Dataset data) {
    return limit.isEmpty() ? data : data.take(limit.getAsInt());
  }

  private boolean isAdam() {
    return switch (optimizer.rule()) {
      case ADAM, ADAMW -> true;
      case SGD, NESTEROV, RIEMANNIAN -> false;
    };
  }

  private String form() {
    AdamStep.Form form = optimizer.form();
    return form.name().toLowerCase(Locale.ROOT);
  }

  /** A text that is the same for the same point, in every version that can read its results. */
  public String key() {
    return keyOf(settings());
  }

  /** The key of a point with these settings, in whichever order. */
  static String keyOf(Map<String, String> settings) {
    return settings.entrySet().stream()
        .map(setting -> setting.getKey() + "=" + setting.getValue())
        .sorted()
        .collect(Collectors.joining(" "));
  }
}
