package io.loxodrome.train;

import io.loxodrome.ops.NoiseSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How some images are shown: which ones, how far each is turned, how much it is shrunk, how much
 * noise it has, and its conditioning values. Nobody may change the arrays.
 */
final class Showing {
  final int[] indices;

  /** Of a full turn, B. */
  final double[] turns;

  /** How many times smaller, B. */
  final double[] shrinks;

  /** s, B x d. */
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

  private Showing(
      int[] indices, double[] turns, double[] shrinks, double[] values, @Nullable Noise noise) {
    this.indices = indices;
    this.turns = turns;
    this.shrinks = shrinks;
    this.values = values;
    this.noise = noise;
  }

  /** Turned, with the turn as conditioning value. */
  static Showing turned(int[] indices, double[] turns) {
    return new Showing(indices, turns, ones(indices.length), turns, null);
  }

  /** Turned and scaled, with the turn and a phase as conditioning values. */
  static Showing turnedAndScaled(int[] indices, double[] turns, double[] shrinks, double[] phases) {
    double[] values = new double[2 * turns.length];
    for (int i = 0; i < turns.length; i++) {
      values[2 * i] = turns[i];
      values[2 * i + 1] = phases[i];
    }
    return new Showing(indices, turns, shrinks, values, null);
  }

  /** Upright under noise. */
  static Showing noisy(int[] indices, double[] values, Noise noise) {
    return unturned(indices, values, noise);
  }

  /** As they are. */
  static Showing upright(int[] indices, double[] values) {
    return unturned(indices, values, null);
  }

  private static Showing unturned(int[] indices, double[] values, @Nullable Noise noise) {
    int count = indices.length;
    return new Showing(indices, new double[count], ones(count), values, noise);
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** d. */
  int dimensions() {
    return values.length / indices.length;
  }
}
