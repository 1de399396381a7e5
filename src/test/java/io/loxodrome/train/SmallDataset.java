package io.loxodrome.train;

import io.loxodrome.data.Dataset;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.data.ImageSet;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.tensor.Philox;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** Noisy pictures of 8 x 8 of three kinds, in numbers that train in a second. */
final class SmallDataset {
  static final int SIDE = 8;
  static final int CLASSES = 3;
  static final int TRAIN = 20;
  static final int TEST = 6;

  private SmallDataset() {}

  /** 20 images to train on and 6 to test on. */
  static Dataset create() {
    return Dataset.of("small", images("small train", TRAIN, 1), images("small test", TEST, 2));
  }

  /** The ellipse and four angles; batches of 6, so three steps an epoch, with two images over. */
  static RunSettings settings() {
    return settings(Map.of());
  }

  static RunSettings settings(OptimizerChoice.Rule rule) {
    return settings(OptimizerChoice.of(rule));
  }

  private static RunSettings settings(OptimizerChoice optimizer) {
    return new RunSettings(
        "small",
        WeightManifold.parse("ellipse"),
        new FixedAngles(4),
        optimizer,
        6,
        5,
        OptionalInt.empty());
  }

  /** Those settings but for what is given, by the names a checkpoint has for it. */
  static RunSettings settings(Map<String, String> changes) {
    Map<String, String> text = new HashMap<>(settings(OptimizerChoice.Rule.SGD).toText());
    text.putAll(changes);
    return RunSettings.of(new TextFields(text));
  }

  /** Class c lights the rows from 2 c to 2 c + 3. */
  static ImageSet images(String name, int count, long seed) {
    Philox random = new Philox(seed);
    byte[] pixels = new byte[count * SIDE * SIDE];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % CLASSES;
      for (int p = 0; p < SIDE * SIDE; p++) {
        int row = p / SIDE - 2 * labels[i];
        int light = row >= 0 && row < 4 ? 150 : 0;
        pixels[i * SIDE * SIDE + p] = (byte) (light + random.below(i, p, 100));
      }
    }
    return new ImageSet(name, 1, SIDE, SIDE, CLASSES, pixels, labels);
  }
}
