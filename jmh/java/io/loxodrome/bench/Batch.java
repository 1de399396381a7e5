package io.loxodrome.bench;

import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;

/**
 * A batch that can be learned, the same in every run: 3 x 32 x 32 images of 10 classes, each a
 * pattern of its class under as much normal noise.
 */
final class Batch {
  static final Shape IMAGE = Shape.of(3, 32, 32);
  static final int CLASSES = 10;

  private static final Philox RANDOM = new Philox(1);
  private static final long NOISE = 0;
  private static final long PATTERN = 1;
  private static final long PLACE = 2;
  private static final int BLOCK = 4;

  private final int size;
  private final float[] images;
  private final int[] labels;

  /**
   * A batch of {@code size} examples.
   *
   * @param size B, at least 1
   */
  Batch(int size) {
    this.size = size;
    this.labels = new int[size];
    int pixels = Math.toIntExact(IMAGE.size());
    this.images = new float[Math.multiplyExact(size, pixels)];
    for (int i = 0; i < size; i++) {
      labels[i] = i % CLASSES;
      addNormals(NOISE, i, pixels, i * pixels);
      addNormals(PATTERN, labels[i], pixels, i * pixels);
    }
  }

  private void addNormals(long purpose, long stream, int count, int at) {
    Philox random = RANDOM.derived(purpose);
    float[] normals = new float[BLOCK];
    for (int first = 0; first < count; first += BLOCK) {
      random.normals(stream, first, normals, 0);
      for (int lane = 0; lane < BLOCK; lane++) {
        images[at + first + lane] += normals[lane] / 2;
      }
    }
  }

  /** B. */
  int size() {
    return size;
  }

  /** B x 3 x 32 x 32. */
  Shape shape() {
    return IMAGE.under(size);
  }

  /** The pixels, row-major. */
  float[] images() {
    return images.clone();
  }

  /** The class of each image. */
  int[] labels() {
    return labels.clone();
  }

  /** Conditioning values s for each image, B x {@code dimensions}, uniform in [0, 1). */
  double[] places(int dimensions) {
    Philox random = RANDOM.derived(PLACE);
    double[] places = new double[size * dimensions];
    for (int i = 0; i < places.length; i++) {
      places[i] = random.uniform(0, i);
    }
    return places;
  }
}
