package io.loxodrome.train;

import io.loxodrome.data.AngleScheme;
import io.loxodrome.tensor.Philox;

/** How far each image is turned in each epoch: a function of the seed, the epoch and the image. */
final class Turns {
  /** Keeps the angles apart from all else drawn from the same seed: "turn" in ASCII. */
  private static final long ANGLES = 0x7475726E;

  private final AngleScheme angles;
  private final Philox random;

  Turns(AngleScheme angles, long seed) {
    this.angles = angles;
    this.random = new Philox(seed).derived(ANGLES);
  }

  /** s of each of these images in an epoch, the first being 0. */
  double[] of(int epoch, int[] indices) {
    double[] turns = new double[indices.length];
    for (int i = 0; i < turns.length; i++) {
      turns[i] = angles.sample(random, epoch, indices[i]);
    }
    return turns;
  }
}
