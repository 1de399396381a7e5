package io.loxodrome.train;

import io.loxodrome.data.AngleScheme;
import io.loxodrome.data.Dataset;
import io.loxodrome.data.FashionMnist;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.manifold.WeightManifold;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * All that decides what a run computes, but for how long it goes on.
 *
 * @param dataset its name
 * @param manifold that every weight lies on
 * @param angles trained on
 * @param optimizer and its settings
 * @param batch B, examples in a step, at least 1
 * @param seed of all random numbers
 * @param limit how many images of each set are used, at least 1; empty: all
 */
public record RunSettings(
    String dataset,
    WeightManifold manifold,
    AngleScheme angles,
    OptimizerChoice optimizer,
    int batch,
    long seed,
    OptionalInt limit) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if the batch or the limit is below 1
   */
  public RunSettings {
    requirePositive("batch", batch);
    limit.ifPresent(value -> requirePositive("limit", value));
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
    }
  }

  /** Turned Fashion-MNIST on an ellipse, 36 angles, SGD, batches of 128, seed 1, all images. */
  public static RunSettings defaults() {
    return new RunSettings(
        FashionMnist.NAME,
        WeightManifold.parse("ellipse"),
        new FixedAngles(36),
        OptimizerChoice.of(OptimizerChoice.Rule.SGD),
        128,
        1,
        OptionalInt.empty());
  }

  /** The part of a data set that these settings use. */
  Dataset limited(Dataset data) {
    return limit.isEmpty() ? data : data.take(limit.getAsInt());
  }

  /** The settings as text by name, from which {@link #of} makes them again. */
  Map<String, String> toText() {
    Map<String, String> text = new LinkedHashMap<>();
    text.put("dataset", dataset);
    text.put("manifold", manifold.spec());
    text.put("angles", angles.spec());
    text.putAll(optimizer.toText());
    text.put("batch", Integer.toString(batch));
    text.put("seed", Long.toString(seed));
    text.put("limit", TextFields.optional(limit));
    return text;
  }

  /**
   * The settings from their text.
   *
   * @throws IllegalArgumentException if one is missing or cannot be read; the message names it
   */
  static RunSettings of(TextFields text) {
    return new RunSettings(
        text.text("dataset"),
        WeightManifold.parse(text.text("manifold")),
        AngleScheme.parse(text.text("angles")),
        OptimizerChoice.of(text),
        text.integer("batch"),
        text.longInteger("seed"),
        text.optionalInteger("limit"));
  }
}
