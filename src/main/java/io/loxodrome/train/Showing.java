package io.loxodrome.train;

import io.loxodrome.ops.NoiseSource;
import org.jspecify.annotations.Nullable;

/**
 * How some images are shown: which ones, how far each is turned, how much noise it has, and its
 * conditioning value. Nobody may change the arrays.
 */
final class Showing {
  final int[] indices;

  /** Of a full turn, B. */
  final double[] turns;

  /** s, B. */
  final double[] values;

  final @Nullable Noise noise;

  /** Shares of noise, B, and where it comes from. */
  static final class Noise {
    final double[] amounts;
    final NoiseSource source;

    Noise(double[] amounts, NoiseSource source) {
      this.amounts = amounts;
      this.source = source;
    }
  }

  private Showing(int[] indices, double[] turns, double[] values, @Nullable Noise noise) {
    this.indices = indices;
    this.turns = turns;
    this.values = values;
    this.noise = noise;
  }

  /** Turned, with the turn as conditioning value. */
  static Showing turned(int[] indices, double[] turns) {
    return new Showing(indices, turns, turns, null);
  }

  /** Upright under noise. */
  static Showing noisy(int[] indices, double[] values, Noise noise) {
    return new Showing(indices, new double[indices.length], values, noise);
  }

  /** As they are. */
  static Showing upright(int[] indices, double[] values) {
    return new Showing(indices, new double[indices.length], values, null);
  }
}
