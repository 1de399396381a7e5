package io.loxodrome.train;

import io.loxodrome.data.AngleGrid;
import io.loxodrome.data.NoiseSchedule;
import io.loxodrome.ops.NoiseSource;
import io.loxodrome.tensor.Philox;
import java.util.List;

/**
 * Images under noise, x = (1 - t) x + t eta with t uniform over [0, S) and conditioned on s = t /
 * S; judged at levels t from 0 to S, and beyond S up to 1 at the end of the manifold, s = 1.
 *
 * @param schedule S
 */
record NoisyImages(NoiseSchedule schedule) implements ImageTask {
  /** What its text begins with. */
  static final String KIND = "noisy:";

  /** Levels from 0 to S, both included. */
  static final int LEVELS = 21;

  /** Levels beyond S, the last of them 1. */
  static final int BEYOND = 7;

  /** Levels at which each test image is shown. */
  private static final int LEVELS_PER_IMAGE = 7;

  /** Keeps shares of noise apart from all else drawn from the same seed: "nois" in ASCII. */
  private static final long AMOUNTS = 0x6E6F6973;

  /** Likewise noise in training, "eta0", and in evaluation, "eta1". */
  private static final long TRAINING = 0x65746130;

  private static final long EVALUATION = 0x65746131;

  /** Streams that an epoch's noise may take: more than images times a batch. */
  private static final int STREAM_BITS = 42;

  @Override
  public String spec() {
    return KIND + schedule.maximum();
  }

  @Override
  public Showing training(long seed, int epoch, int[] indices) {
    Philox random = new Philox(seed).derived(AMOUNTS);
    double[] amounts = new double[indices.length];
    double[] values = new double[indices.length];
    for (int i = 0; i < indices.length; i++) {
      amounts[i] = schedule.sample(random, epoch, indices[i]);
      values[i] = schedule.conditioning(amounts[i]);
    }
    // An image is in one batch of an epoch alone: its first image tells a batch from all others.
    long stream = ((long) epoch << STREAM_BITS) + (long) indices[0] * indices.length;
    return Showing.noisy(
        indices, values, new Showing.Noise(amounts, noise(seed, TRAINING, stream)));
  }

  private static NoiseSource noise(long seed, long purpose, long firstStream) {
    return new NoiseSource(new Philox(seed).derived(purpose).seed(), firstStream);
  }

  @Override
  public Exhibition exhibition(long seed, int images) {
    return new Levels(seed, images);
  }

  @Override
  public boolean trains(List<Double> place) {
    return place.get(0) <= schedule.maximum();
  }

  @Override
  public boolean showsAlike() {
    return false;
  }

  /**
   * The share of noise of a level: LEVELS of them from 0 to S, then, unless S is 1, more up to 1.
   */
  private double amount(int level) {
    double most = schedule.maximum();
    return level < LEVELS
        ? most * level / (LEVELS - 1)
        : most + (1 - most) * (level - LEVELS + 1) / BEYOND;
  }

  private int levels() {
    return schedule.maximum() < 1 ? LEVELS + BEYOND : LEVELS;
  }

  /** Images at the levels, spread over them like angles over a circle. */
  private final class Levels implements Exhibition {
    private final long seed;
    private final int[][] chosen;

    Levels(long seed, int images) {
      this.seed = seed;
      this.chosen = new AngleGrid(levels(), LEVELS_PER_IMAGE, seed).stepsFor(images);
    }

    @Override
    public int levels() {
      return NoisyImages.this.levels();
    }

    @Override
    public List<Double> place(int level) {
      return List.of(amount(level));
    }

    @Override
    public int size() {
      return Math.multiplyExact(chosen.length, LEVELS_PER_IMAGE);
    }

    @Override
    public int level(int number) {
      return chosen[number / LEVELS_PER_IMAGE][number % LEVELS_PER_IMAGE];
    }

    @Override
    public Showing showing(int first, int count) {
      int[] indices = new int[count];
      double[] amounts = new double[count];
      double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        indices[i] = (first + i) / LEVELS_PER_IMAGE;
        amounts[i] = amount(level(first + i));
        values[i] = Math.min(1, amounts[i] / schedule.maximum());
      }
      return Showing.noisy(
          indices, values, new Showing.Noise(amounts, noise(seed, EVALUATION, first)));
    }
  }
}
